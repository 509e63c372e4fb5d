package org.datacapsule.agent.xml;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** An element that is being built, or was read. Names may not carry a prefix; a namespace is declared where it begins. */
public final class XmlElement {
    private static final String INDENT = "  ";

    private final String name;
    private final String namespace;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<XmlElement> children = new ArrayList<>();
    private String text = "";

    private XmlElement(String name, String namespace) {
        this.name = name;
        this.namespace = namespace;
    }

    public static XmlElement of(String name) {
        return new XmlElement(name, "");
    }

    /** An element in a namespace of its own. */
    public static XmlElement of(String name, String namespace) {
        return new XmlElement(name, namespace);
    }

    public XmlElement with(String attribute, String value) {
        attributes.put(attribute, checked(value));
        return this;
    }

    public XmlElement with(String attribute, long value) {
        return with(attribute, Long.toString(value));
    }

    public XmlElement add(XmlElement... added) {
        children.addAll(List.of(added));
        return this;
    }

    /** Takes away the children of that name. */
    public void remove(String child) {
        children.removeIf(each -> each.name.equals(child));
    }

    public XmlElement text(String content) {
        text = checked(content);
        return this;
    }

    public String name() {
        return name;
    }

    public String text() {
        return text;
    }

    /** The attribute's value, empty when it is not there. */
    public String attribute(String attribute) {
        return attributes.getOrDefault(attribute, "");
    }

    /** Children of that name, in order. */
    public Stream<XmlElement> all(String child) {
        return children.stream().filter(each -> each.name.equals(child));
    }

    /** The first child on each step of the path. */
    public Optional<XmlElement> first(String... path) {
        Optional<XmlElement> at = Optional.of(this);
        for (String step : path) {
            at = at.flatMap(element -> element.all(step).findFirst());
        }
        return at;
    }

    /** The first child of that name in that namespace. */
    public Optional<XmlElement> firstIn(String wanted, String child) {
        return all(child).filter(each -> each.namespace.equals(wanted)).findFirst();
    }

    /** The element as text, indented. */
    public String render() {
        StringWriter out = new StringWriter();
        try {
            XMLStreamWriter writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
            write(writer, "\n");
            writer.writeEndDocument();
            writer.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a StringWriter cannot fail", e);
        }
        return out.append('\n').toString();
    }

    private void write(XMLStreamWriter writer, String lineBreak) throws XMLStreamException {
        if (children.isEmpty() && text.isEmpty()) {
            writer.writeEmptyElement(name);
            writeAttributes(writer);
            return;
        }
        writer.writeStartElement(name);
        writeAttributes(writer);
        if (!text.isEmpty()) {
            writer.writeCharacters(text);
        }
        for (XmlElement child : children) {
            writer.writeCharacters(lineBreak + INDENT);
            child.write(writer, lineBreak + INDENT);
        }
        if (!children.isEmpty()) {
            writer.writeCharacters(lineBreak);
        }
        writer.writeEndElement();
    }

    private void writeAttributes(XMLStreamWriter writer) throws XMLStreamException {
        if (!namespace.isEmpty()) {
            writer.writeDefaultNamespace(namespace);
        }
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            writer.writeAttribute(attribute.getKey(), attribute.getValue());
        }
    }

    /** The JDK's writer lets characters through that no XML parser accepts. */
    private static String checked(String value) {
        if (value.chars().anyMatch(each -> each < ' ' && each != '\n' && each != '\t')
                || value.indexOf('\ufffe') >= 0
                || value.indexOf('\uffff') >= 0) {
            throw new IllegalArgumentException("a control character cannot stand in XML");
        }
        return value;
    }
}
