import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.ClientUpgradeRequest;
import org.eclipse.jetty.websocket.client.WebSocketClient;

/** Jetty's WebSocket client: JettySockets URL websocket|deflate */
public final class JettySockets {
    private static final WebSocketClient client = new WebSocketClient();
    private static URI uri;
    private static boolean deflate;

    /** Keeps what comes. */
    public static final class Endpoint extends Session.Listener.AbstractAutoDemanding {
        final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

        @Override
        public void onWebSocketText(String text) {
            heard.add(text);
        }

        @Override
        public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
            final byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            heard.add(bytes);
            callback.succeed();
        }

        @Override
        public void onWebSocketClose(int code, String reason, Callback callback) {
            closed.add(code);
            callback.succeed();
        }
    }

    private static Endpoint open() throws Exception {
        final Endpoint endpoint = new Endpoint();
        final ClientUpgradeRequest request = new ClientUpgradeRequest(uri);
        if (deflate) request.addExtensions("permessage-deflate");
        client.connect(endpoint, request).get(Report.LIMIT_S, TimeUnit.SECONDS);
        return endpoint;
    }

    private static void messages() throws Exception {
        final Endpoint endpoint = open();
        for (String text : new String[] {"", Report.TEXT, "é".repeat(Report.LARGE / 2)}) {
            endpoint.getSession().sendText(text, Callback.NOOP);
            Report.equal(Report.next(endpoint.heard).equals(text), true);
        }
        for (int size : new int[] {0, 1, 125, 126, 65535, 65536, Report.LARGE}) {
            endpoint.getSession().sendBinary(ByteBuffer.wrap(Report.pattern(size)), Callback.NOOP);
            Report.equal(Report.next(endpoint.heard), Report.pattern(size));
        }
        endpoint.getSession().close();
    }

    private static void order() throws Exception {
        final Endpoint endpoint = open();
        for (int i = 0; i < Report.COUNT; ++i) endpoint.getSession().sendText(String.valueOf(i), Callback.NOOP);
        for (int i = 0; i < Report.COUNT; ++i) Report.equal(Report.next(endpoint.heard), i);
        endpoint.getSession().close();
    }

    /** Last words, a close frame and the end of the stream at once: the answers come all the same. */
    private static void lastWords() throws Exception {
        for (int i = 0; i < 20; ++i) {
            final Endpoint endpoint = open();
            endpoint.getSession().sendText("last words", Callback.NOOP);
            endpoint.getSession().close(1000, "bye", Callback.NOOP);
            Report.equal(Report.next(endpoint.heard), "last words");
            Report.equal(Report.next(endpoint.closed), 1000);
        }
    }

    private static void crowd() throws Exception {
        final List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < Report.CROWD; ++i) all.add(open());
        for (Endpoint endpoint : all) endpoint.getSession().sendText("crowd", Callback.NOOP);
        for (Endpoint endpoint : all) Report.equal(Report.next(endpoint.heard), "crowd");
        for (Endpoint endpoint : all) endpoint.getSession().close();
    }

    public static void main(String[] args) throws Exception {
        uri = new URI(args[0]);
        deflate = args[1].equals("deflate");
        client.setMaxTextMessageSize(2_000_000);
        client.setMaxBinaryMessageSize(2_000_000);
        client.start();
        Report.check("messages", JettySockets::messages);
        Report.check("order", JettySockets::order);
        Report.check("last words", JettySockets::lastWords);
        Report.check("crowd", JettySockets::crowd);
        Report.say("end");
        System.exit(0);
    }
}
