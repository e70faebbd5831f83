import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketClientCompressionHandler;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Netty's WebSocket client: NettySockets URL websocket|deflate */
public final class NettySockets {
    private static final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private static URI uri;
    private static boolean deflate;

    /** A connection, and what comes over it. */
    private static final class Connection extends SimpleChannelInboundHandler<WebSocketFrame> {
        final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        Channel channel;

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) heard.add("open");
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            if (frame instanceof TextWebSocketFrame) heard.add(((TextWebSocketFrame) frame).text());
            if (frame instanceof BinaryWebSocketFrame) heard.add(ByteBufUtil.getBytes(frame.content()));
            if (frame instanceof PongWebSocketFrame) heard.add("pong");
            if (frame instanceof CloseWebSocketFrame) heard.add(((CloseWebSocketFrame) frame).statusCode());
        }
    }

    private static Connection open() throws Exception {
        final Connection connection = new Connection();
        final WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(uri).version(WebSocketVersion.V13).allowExtensions(deflate).dropPongFrames(false)
                .handleCloseFrames(false).customHeaders(new DefaultHttpHeaders()).maxFramePayloadLength(2_000_000).build();
        connection.channel = new Bootstrap().group(loops).channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(8192));
                        if (deflate) channel.pipeline().addLast(new WebSocketClientCompressionHandler(2_000_000));
                        channel.pipeline().addLast(new WebSocketClientProtocolHandler(config),
                                new WebSocketFrameAggregator(2_000_000), connection);
                    }
                }).connect(uri.getHost(), uri.getPort()).sync().channel();
        Report.equal(Report.next(connection.heard), "open");
        return connection;
    }

    private static void messages() throws Exception {
        final Connection connection = open();
        for (String text : new String[] {"", Report.TEXT, "é".repeat(Report.LARGE / 2)}) {
            connection.channel.writeAndFlush(new TextWebSocketFrame(text));
            Report.equal(Report.next(connection.heard).equals(text), true);
        }
        for (int size : new int[] {0, 1, 125, 126, 65535, 65536, Report.LARGE}) {
            connection.channel.writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(Report.pattern(size))));
            Report.equal(Report.next(connection.heard), Report.pattern(size));
        }
        connection.channel.close();
    }

    private static void order() throws Exception {
        final Connection connection = open();
        for (int i = 0; i < Report.COUNT; ++i) connection.channel.write(new TextWebSocketFrame(String.valueOf(i)));
        connection.channel.flush();
        for (int i = 0; i < Report.COUNT; ++i) Report.equal(Report.next(connection.heard), i);
        connection.channel.close();
    }

    private static void pings() throws Exception {
        final Connection connection = open();
        connection.channel.writeAndFlush(new PingWebSocketFrame());
        Report.equal(Report.next(connection.heard), "pong");
        connection.channel.close();
    }

    private static void closing() throws Exception {
        final Connection connection = open();
        connection.channel.write(new TextWebSocketFrame("last words"));
        connection.channel.writeAndFlush(new CloseWebSocketFrame(1000, "bye"));
        Report.equal(Report.next(connection.heard), "last words");
        Report.equal(Report.next(connection.heard), 1000);
        connection.channel.close();
    }

    private static void crowd() throws Exception {
        final List<Connection> all = new ArrayList<>();
        for (int i = 0; i < Report.CROWD; ++i) all.add(open());
        for (Connection connection : all) connection.channel.writeAndFlush(new TextWebSocketFrame("crowd"));
        for (Connection connection : all) Report.equal(Report.next(connection.heard), "crowd");
        for (Connection connection : all) connection.channel.close();
    }

    public static void main(String[] args) throws Exception {
        uri = new URI(args[0]);
        deflate = args[1].equals("deflate");
        Report.check("messages", NettySockets::messages);
        Report.check("order", NettySockets::order);
        Report.check("pings", NettySockets::pings);
        Report.check("closing", NettySockets::closing);
        Report.check("crowd", NettySockets::crowd);
        Report.say("end");
        System.exit(0);
    }
}
