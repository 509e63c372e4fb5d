package org.datacapsule.router.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A mail server on loopback that keeps what it is given, and refuses as many letters as a test wants first. */
public final class SmtpSink implements AutoCloseable {
    private final ServerSocket socket;
    private final List<String> letters = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Optional<SSLSocketFactory> tls;

    public SmtpSink() throws IOException {
        this(Optional.empty());
    }

    /** One that offers STARTTLS, and keeps in {@link #letters} a first line TLS with each letter that came under it. */
    public static SmtpSink withTls(SSLContext context) throws IOException {
        return new SmtpSink(Optional.of(context.getSocketFactory()));
    }

    private SmtpSink(Optional<SSLSocketFactory> tls) throws IOException {
        this.tls = tls;
        socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("smtp-sink").start(this::accept);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Letters with their envelopes: the MAIL and RCPT lines, then the letter. */
    public List<String> letters() {
        return letters;
    }

    public void refuseNext(int count) {
        refusals.set(count);
    }

    public int refusalsLeft() {
        return refusals.get();
    }

    private void accept() {
        try {
            while (!socket.isClosed()) {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private void serve(Socket client) {
        try (client;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                Writer out = new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8)) {
            say(out, "220 sink ESMTP");
            converse(client, in, out, false);
        } catch (IOException e) {
            // The client went away.
        }
    }

    private void underTls(Socket client) throws IOException {
        SSLSocket secured = (SSLSocket) tls.orElseThrow().createSocket(client, null, client.getPort(), true);
        secured.setUseClientMode(false);
        try (secured;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(secured.getInputStream(), StandardCharsets.UTF_8));
                Writer out = new OutputStreamWriter(secured.getOutputStream(), StandardCharsets.UTF_8)) {
            converse(secured, in, out, true);
        }
    }

    private void converse(Socket client, BufferedReader in, Writer out, boolean secured) throws IOException {
        List<String> letter = new ArrayList<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String verb = line.split("[ :]", 2)[0].toUpperCase(java.util.Locale.ROOT);
            switch (verb) {
                case "EHLO", "HELO" -> {
                    if (tls.isPresent() && !secured) {
                        say(out, "250-sink");
                        say(out, "250 STARTTLS");
                    } else {
                        say(out, "250 sink");
                    }
                }
                case "STARTTLS" -> {
                    say(out, "220 go on");
                    underTls(client);
                    return;
                }
                case "MAIL" -> {
                    if (secured) {
                        letter.add("TLS");
                    }
                    letter.add(line);
                    say(out, refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? "451 later" : "250 ok");
                }
                case "RCPT" -> {
                    letter.add(line);
                    say(out, "250 ok");
                }
                case "DATA" -> {
                    say(out, "354 go on");
                    for (String text = in.readLine(); text != null && !text.equals("."); text = in.readLine()) {
                        letter.add(text);
                    }
                    letters.add(String.join("\n", letter));
                    letter.clear();
                    say(out, "250 kept");
                }
                case "RSET" -> {
                    letter.clear();
                    say(out, "250 ok");
                }
                case "QUIT" -> {
                    say(out, "221 bye");
                    return;
                }
                default -> say(out, "502 not here");
            }
        }
    }

    private static void say(Writer out, String line) throws IOException {
        out.write(line + "\r\n");
        out.flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
