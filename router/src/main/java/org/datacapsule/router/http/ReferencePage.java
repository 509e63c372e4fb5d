package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The page at {@code /docs} and its files, from the program's own jars: the browser fetches nothing from elsewhere. */
final class ReferencePage {
    private static final String VERSION = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String RENDERER = "/META-INF/resources/webjars/swagger-ui/";
    private static final String OWN = "/docs/";

    /**
     * Only files of this server run or are loaded. The renderer sets style attributes and draws icons from data: URLs; it
     * cannot do without either, and neither runs code or leads elsewhere.
     */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final File page;
    private final Map<String, File> files;

    /** A file with its content type. */
    record File(String contentType, Buffer content) {}

    ReferencePage() {
        String renderer = RENDERER + version() + "/";
        page = new File("text/html; charset=utf-8", read(OWN + "index.html"));
        files = Map.of(
                "start.js", script(OWN + "start.js"),
                "swagger-ui-bundle.js", script(renderer + "swagger-ui-bundle.js"),
                "swagger-ui.css", style(renderer + "swagger-ui.css"),
                "page.css", style(OWN + "page.css"));
    }

    File page() {
        return page;
    }

    Optional<File> file(String name) {
        return Optional.ofNullable(files.get(name));
    }

    private static File script(String resource) {
        return new File("text/javascript; charset=utf-8", read(resource));
    }

    private static File style(String resource) {
        return new File("text/css; charset=utf-8", read(resource));
    }

    private static String version() {
        try (InputStream in = stream(VERSION)) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Buffer read(String resource) {
        try (InputStream in = stream(resource)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream stream(String resource) {
        InputStream in = ReferencePage.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException("the program was built without " + resource);
        }
        return in;
    }
}
