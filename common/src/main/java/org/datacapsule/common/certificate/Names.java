package org.datacapsule.common.certificate;

import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;

/** What certificates call their owners. */
final class Names {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");

    private Names() {}

    static X500Name of(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    /** An IP address or a host's name. */
    static GeneralName alternative(String text) {
        if (ADDRESS.matcher(text).matches()) {
            return new GeneralName(GeneralName.iPAddress, text);
        }
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("neither an IP address nor a host's name: " + text);
        }
        return new GeneralName(GeneralName.dNSName, text);
    }
}
