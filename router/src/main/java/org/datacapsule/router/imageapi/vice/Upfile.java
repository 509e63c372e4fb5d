package org.datacapsule.router.imageapi.vice;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.fileupload.FileItemIterator;
import org.apache.commons.fileupload.FileItemStream;
import org.apache.commons.fileupload.FileUpload;
import org.apache.commons.fileupload.FileUploadException;
import org.apache.commons.fileupload.UploadContext;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** The part {@code upfile} of a form, read as it arrives. */
final class Upfile {
    private static final String NAME = "upfile";
    private static final int MOST_PARTS = 16;

    private Upfile() {}

    /**
     * What comes before the part is passed over, what comes behind it stays unread.
     *
     * @throws ProblemException when the body is no such form, or has no such part
     */
    static InputStream in(String contentType, InputStream body) {
        FileUpload forms = new FileUpload();
        try {
            FileItemIterator parts = forms.getItemIterator(new Form(contentType, body));
            for (int passed = 0; passed < MOST_PARTS && parts.hasNext(); passed++) {
                FileItemStream part = parts.next();
                if (NAME.equals(part.getFieldName())) {
                    return part.openStream();
                }
            }
        } catch (FileUploadException | IOException e) {
            throw malformed("The body is not valid multipart/form-data, or ended early.");
        }
        throw malformed("The body has no part named " + NAME + ", which is the file.");
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(ErrorCode.REQUEST_MALFORMED, detail);
    }

    /** A request as the reader of forms sees it. */
    private record Form(String contentType, InputStream body) implements UploadContext {
        @Override
        public String getCharacterEncoding() {
            return StandardCharsets.UTF_8.name();
        }

        @Override
        public String getContentType() {
            return contentType;
        }

        /** The interface has it still, though nothing asks any more. */
        @Override
        @SuppressWarnings("deprecation")
        public int getContentLength() {
            return -1;
        }

        @Override
        public long contentLength() {
            return -1;
        }

        @Override
        public InputStream getInputStream() {
            return body;
        }
    }
}
