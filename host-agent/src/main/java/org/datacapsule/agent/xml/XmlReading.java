package org.datacapsule.agent.xml;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads XML into {@link XmlElement}s; document types and entities are refused. */
public final class XmlReading {
    private static final int DEEPEST = 40;

    private XmlReading() {}

    /** @throws IllegalArgumentException when it is not well formed, or has what we do not read */
    public static XmlElement parse(String xml) {
        try {
            XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(xml));
            try {
                return read(reader);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException("not the XML that was expected", e);
        }
    }

    private static XmlElement read(XMLStreamReader reader) throws XMLStreamException {
        Deque<XmlElement> open = new ArrayDeque<>();
        Deque<StringBuilder> texts = new ArrayDeque<>();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (open.size() == DEEPEST) {
                        throw new XMLStreamException("deeper than " + DEEPEST);
                    }
                    open.push(begun(reader));
                    texts.push(new StringBuilder());
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!texts.isEmpty()) {
                        texts.getFirst().append(reader.getText());
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    XmlElement element = open.pop().text(texts.pop().toString().strip());
                    if (open.isEmpty()) {
                        return element;
                    }
                    open.getFirst().add(element);
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new XMLStreamException("document types and entities are not read");
                default -> {
                    // comments, white space and processing instructions mean nothing to us
                }
            }
        }
        throw new XMLStreamException("no element");
    }

    private static XmlElement begun(XMLStreamReader reader) {
        String namespace = reader.getNamespaceURI() == null ? "" : reader.getNamespaceURI();
        XmlElement element = XmlElement.of(reader.getLocalName(), namespace);
        for (int index = 0; index < reader.getAttributeCount(); index++) {
            element.with(reader.getAttributeLocalName(index), reader.getAttributeValue(index));
        }
        return element;
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        return factory;
    }
}
