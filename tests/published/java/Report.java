import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a program of this folder says to run.py, in lines on standard output, and what it asks of it. */
final class Report {
    static final String TEXT = "Grüße, 漢字, \ud83d\udc69\u200d\ud83d\udc67, a\u2028b, </script> \"'\\";
    static final int LARGE = 900_000;
    static final int COUNT = 2000;
    static final int CROWD = 50;
    static final int LIMIT_S = 30;

    private static final BufferedReader input = new BufferedReader(new InputStreamReader(System.in));

    interface Check {
        void run() throws Exception;
    }

    private Report() {}

    static void check(String name, Check check) {
        try {
            check.run();
            say("ok " + name);
        } catch (Throwable error) {
            say("failed " + name + ": " + error);
        }
    }

    static synchronized void say(String line) {
        final String one = line.replace('\n', ' ');
        System.out.println(one.substring(0, Math.min(one.length(), 300)));
        System.out.flush();
    }

    /** Has run.py do something to the server (`restart`, `freeze`), and waits until it is done. */
    static void ask(String what) throws IOException {
        say(what);
        if (!"done".equals(input.readLine())) throw new IOException("run.py did not " + what);
    }

    static void equal(Object actual, Object expected) {
        final boolean same = actual instanceof byte[] && expected instanceof byte[]
                ? Arrays.equals((byte[]) actual, (byte[]) expected)
                : String.valueOf(actual).equals(String.valueOf(expected));
        if (!same) throw new AssertionError(shown(actual) + " instead of " + shown(expected));
    }

    private static String shown(Object value) {
        final String text = value instanceof byte[] ? ((byte[]) value).length + " bytes" : String.valueOf(value);
        return text.substring(0, Math.min(text.length(), 80));
    }

    static <T> T next(BlockingQueue<T> queue) throws Exception {
        final T value = queue.poll(LIMIT_S, TimeUnit.SECONDS);
        if (value == null) throw new AssertionError("it did not come");
        return value;
    }

    static byte[] pattern(int size) {
        final byte[] bytes = new byte[size];
        for (int i = 0; i < size; ++i) bytes[i] = (byte) i;
        return bytes;
    }
}
