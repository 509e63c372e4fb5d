package org.datacapsule.common.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ImageSource;

/**
 * Asks image doors, with the certificate of this member. By the JDK's older HTTP client: it alone gives up on a source from which
 * nothing comes any more.
 */
final class DoorClient {
    private static final int BUFFER = 1 << 16;
    private static final int BUSY = 503;

    private final SSLContext tls;
    private final Duration patience;

    /** @param patience without a byte, after which a source is given up */
    DoorClient(Identity identity, Duration patience) {
        this.tls = context(identity);
        this.patience = patience;
    }

    /** How asking one door ended. */
    sealed interface Attempt {
        /** All that the door has is there now. */
        record Complete() implements Attempt {}

        /** No more comes; there may have come some before. */
        record Cut(String why) implements Attempt {}

        /** It serves as many as it can. */
        record Busy() implements Attempt {}

        /** Nobody wants it any more. */
        record Unwanted() implements Attempt {}
    }

    /**
     * Fetches what the file has not yet of the image.
     *
     * @throws IOException when the file cannot be written
     */
    Attempt fetch(ImageSource source, Sha256 image, PartialFile into, ImageDownload.Watch watch) throws IOException {
        long before = into.size();
        HttpsURLConnection connection;
        int status;
        try {
            connection = connect(source, image, before);
        } catch (IOException e) {
            return new Attempt.Cut(words(e));
        }
        try {
            connection.connect();
            X509Certificate other = (X509Certificate) connection.getServerCertificates()[0];
            if (!Certificates.isOf(other, source.name())) {
                connection.disconnect();
                return new Attempt.Cut("its certificate is not for " + source.name());
            }
            status = connection.getResponseCode();
        } catch (IOException e) {
            return new Attempt.Cut(words(e));
        }
        try {
            return switch (status) {
                case 200 -> {
                    if (before > 0) {
                        into.restart();
                    }
                    yield read(connection, source, into, watch);
                }
                case 206 -> read(connection, source, into, watch);
                case 416 -> beyond(connection, into);
                case BUSY -> new Attempt.Busy();
                case 404 -> new Attempt.Cut("it does not have the image");
                default -> new Attempt.Cut("it answered " + status);
            };
        } finally {
            connection.disconnect();
        }
    }

    private Attempt read(HttpsURLConnection connection, ImageSource source, PartialFile into, ImageDownload.Watch watch)
            throws IOException {
        long before = into.size();
        long total = before + connection.getContentLengthLong();
        if (total < before) {
            return new Attempt.Cut("it did not say how much there is");
        }
        watch.begins(total, before);
        byte[] buffer = new byte[BUFFER];
        while (into.size() < total) {
            int count;
            try {
                // Not closed here: that would read what is left.
                InputStream in = connection.getInputStream();
                count = in.read(buffer, 0, (int) Math.min(BUFFER, total - into.size()));
            } catch (IOException e) {
                return new Attempt.Cut(words(e));
            }
            if (count < 0) {
                return new Attempt.Cut("it ended early");
            }
            into.append(source, buffer, count);
            watch.progress(into.size(), total);
            if (!watch.isWanted()) {
                return new Attempt.Unwanted();
            }
        }
        return new Attempt.Complete();
    }

    /** Everything is there already, or more than there is. */
    private static Attempt beyond(HttpsURLConnection connection, PartialFile into) throws IOException {
        if (("bytes */" + into.size()).equals(connection.getHeaderField("Content-Range"))) {
            return new Attempt.Complete();
        }
        into.restart();
        return new Attempt.Cut("it has less than was begun with");
    }

    private HttpsURLConnection connect(ImageSource source, Sha256 image, long from) throws IOException {
        HttpsURLConnection connection =
                (HttpsURLConnection) url(source, image).toURL().openConnection(Proxy.NO_PROXY);
        connection.setSSLSocketFactory(tls.getSocketFactory());
        // It is asked only where the address does not fit, so it is not what decides.
        connection.setHostnameVerifier((address, session) -> true);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) patience.toMillis());
        connection.setReadTimeout((int) patience.toMillis());
        if (from > 0) {
            connection.setRequestProperty("Range", "bytes=" + from + "-");
        }
        return connection;
    }

    private static URI url(ImageSource source, Sha256 image) throws IOException {
        try {
            return new URI("https", null, source.address(), source.port(), ImageDoor.PATH + image, null, null);
        } catch (URISyntaxException e) {
            throw new IOException("not an address: " + source.address(), e);
        }
    }

    private static String words(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** In which this member is the client, and its authority trusted. */
    static SSLContext context(Identity identity) {
        char[] none = new char[0];
        try {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, none);
            own.setKeyEntry("own", identity.key(), none, new Certificate[] {identity.certificate()});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, none);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, none);
            trusted.setCertificateEntry("authority", identity.authority());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JDK cannot use the certificate of this member", e);
        }
    }
}
