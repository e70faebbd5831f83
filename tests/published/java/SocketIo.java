import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Manager;
import io.socket.client.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.json.JSONArray;
import org.json.JSONObject;

/** io.socket:socket.io-client of 0.8, 1.0 and 2.1: SocketIo URL polling|websocket|upgrade */
public final class SocketIo {
    private static String url;
    private static String mode;

    private static IO.Options options(boolean reconnection) {
        final IO.Options options = new IO.Options();
        options.forceNew = true;
        options.reconnection = reconnection;
        options.reconnectionDelay = 200;
        if (mode.equals("polling")) options.transports = new String[] {"polling"};
        if (mode.equals("websocket")) options.transports = new String[] {"websocket"};
        return options;
    }

    /** The name of the client's jar. */
    private static String version() {
        return Socket.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    private static BlockingQueue<Object[]> hear(Socket socket, String event) {
        final BlockingQueue<Object[]> queue = new LinkedBlockingQueue<>();
        socket.on(event, queue::add);
        return queue;
    }

    private static Socket open(boolean reconnection) throws Exception {
        final Socket socket = IO.socket(url + "/matrix", options(reconnection));
        final BlockingQueue<Object[]> connected = hear(socket, Socket.EVENT_CONNECT);
        socket.connect();
        Report.next(connected);
        return socket;
    }

    private static Object[] call(Socket socket, String event, Object... args) throws Exception {
        final BlockingQueue<Object[]> answers = new LinkedBlockingQueue<>();
        socket.emit(event, args, (Ack) answers::add);
        return Report.next(answers);
    }

    private static void values() throws Exception {
        final Socket socket = open(false);
        final Object[] all = {Report.TEXT, "", 0, -1, 1.5, true, false, new JSONArray("[1,[2,{\"a\":null}]]"),
            new JSONObject().put("ключ", Report.TEXT)};
        for (Object value : all) Report.equal(call(socket, "echo", value)[0], value);
        Report.equal(call(socket, "echo", 1, Report.TEXT)[1], Report.TEXT);
        socket.close();
    }

    private static void binary() throws Exception {
        final Socket socket = open(false);
        for (int size : new int[] {0, 1, 5000, Report.LARGE}) {
            Report.equal(call(socket, "echo", (Object) Report.pattern(size))[0], Report.pattern(size));
        }
        final BlockingQueue<Object[]> given = hear(socket, "binary");
        socket.emit("give-binary", Report.LARGE);
        final JSONObject object = (JSONObject) Report.next(given)[0];
        Report.equal(object.getJSONArray("parts").get(0), Report.pattern(Report.LARGE));
        socket.close();
    }

    private static void largeText() throws Exception {
        final Socket socket = open(false);
        final String text = "é".repeat(Report.LARGE / 2);
        Report.equal(((String) call(socket, "echo", text)[0]).equals(text), true);
        socket.close();
    }

    private static void acks() throws Exception {
        final Socket socket = open(false);
        socket.on("question", args -> ((Ack) args[args.length - 1]).call(args[0], "thanks"));
        final BlockingQueue<Object[]> answered = hear(socket, "answered");
        socket.emit("ask", "how");
        final Object[] answer = Report.next(answered);
        Report.equal(answer[0], "how");
        Report.equal(answer[1], "thanks");
        socket.close();
    }

    private static void rooms() throws Exception {
        final Socket one = open(false);
        final Socket two = open(false);
        Report.equal(call(one, "join", "room")[0], "room");
        final BlockingQueue<Object[]> room = hear(one, "room");
        final BlockingQueue<Object[]> others = hear(two, "room");
        final BlockingQueue<Object[]> everyone = hear(two, "bcast");
        call(two, "room", "room", Report.TEXT);
        Report.equal(Report.next(room)[0], Report.TEXT);
        call(one, "bcast", "end");
        Report.next(everyone);
        Report.equal(others.size(), 0);
        one.close();
        two.close();
    }

    private static void order() throws Exception {
        final Socket socket = open(false);
        final BlockingQueue<Object[]> bounced = hear(socket, "bounced");
        for (int i = 0; i < Report.COUNT; ++i) {
            socket.emit("tick", i);
            socket.emit("bounce", i);
        }
        for (int i = 0; i < Report.COUNT; ++i) Report.equal(Report.next(bounced)[0], i);
        final JSONObject ticks = (JSONObject) call(socket, "ticks")[0];
        Report.equal(ticks.getInt("count"), Report.COUNT);
        Report.equal(ticks.getBoolean("inOrder"), true);
        socket.close();
    }

    private static void refusal() throws Exception {
        final Socket socket = IO.socket(url + "/forbidden", options(false));
        // What 2.x calls a `connect_error` was `error` before.
        final BlockingQueue<Object[]> refused = hear(socket, "connect_error");
        socket.on("error", refused::add);
        socket.connect();
        final JSONObject reason = (JSONObject) Report.next(refused)[0];
        final JSONObject data = reason.has("data") ? reason.getJSONObject("data") : reason;
        Report.equal(data.getInt("code"), 7);
        socket.close();
    }

    private static void kick() throws Exception {
        final Socket socket = open(false);
        final BlockingQueue<Object[]> gone = hear(socket, Socket.EVENT_DISCONNECT);
        socket.emit("kick");
        Report.equal(Report.next(gone)[0], "io server disconnect");
        socket.close();
    }

    private static void namespaces() throws Exception {
        final Manager manager = new Manager(new URI(url), options(false));
        for (String name : new String[] {"/", "/matrix"}) {
            final Socket socket = manager.socket(name);
            final BlockingQueue<Object[]> connected = hear(socket, Socket.EVENT_CONNECT);
            socket.connect();
            Report.next(connected);
            Report.equal(call(socket, "where")[0], name);
        }
        for (String name : new String[] {"/", "/matrix"}) manager.socket(name).close();
    }

    /** A namespace that is left and entered again before anything was answered; another one keeps the connection open. */
    private static void again() throws Exception {
        final Manager manager = new Manager(new URI(url), options(false));
        final Socket stays = manager.socket("/");
        final BlockingQueue<Object[]> there = hear(stays, Socket.EVENT_CONNECT);
        stays.connect();
        Report.next(there);
        final Socket socket = manager.socket("/matrix");
        final BlockingQueue<Object[]> connected = hear(socket, Socket.EVENT_CONNECT);
        socket.connect();
        socket.disconnect();
        socket.connect();
        Report.next(connected);
        Report.equal(call(socket, "echo", 1)[0], 1);
        Report.equal(call(stays, "where")[0], "/");
        socket.close();
        stays.close();
    }

    private static void crowd() throws Exception {
        final List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < Report.CROWD; ++i) sockets.add(open(false));
        for (int i = 0; i < Report.CROWD; ++i) Report.equal(call(sockets.get(i), "echo", i)[0], i);
        for (Socket socket : sockets) socket.close();
    }

    private static void reconnectsAfter(String what) throws Exception {
        final Socket socket = open(true);
        final BlockingQueue<Object[]> connected = hear(socket, Socket.EVENT_CONNECT);
        Report.ask(what);
        Report.next(connected);
        Report.equal(call(socket, "echo", "again")[0], "again");
        socket.close();
    }

    public static void main(String[] args) {
        url = args[0];
        mode = args[1];
        Report.check("values", SocketIo::values);
        Report.check("binary", SocketIo::binary);
        Report.check("large text", SocketIo::largeText);
        Report.check("acks", SocketIo::acks);
        Report.check("rooms", SocketIo::rooms);
        Report.check("order", SocketIo::order);
        if (version().contains("-1.0.2.")) {
            Report.say("lacks refusal: a reason that is an object, not text, makes it drop the packet");
        } else {
            Report.check("refusal", SocketIo::refusal);
        }
        Report.check("kick", SocketIo::kick);
        Report.check("namespaces", SocketIo::namespaces);
        Report.check("again", SocketIo::again);
        Report.check("crowd", SocketIo::crowd);
        Report.check("restart", () -> reconnectsAfter("restart"));
        if (mode.equals("websocket")) Report.check("freeze", () -> reconnectsAfter("freeze"));
        Report.say("end");
        System.exit(0);
    }
}
