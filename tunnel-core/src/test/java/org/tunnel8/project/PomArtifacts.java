package org.tunnel8.project;

import java.io.IOException;
import java.io.StringReader;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Reads from a pom which artifacts of others it names: dependencies, plugins, and what plugins load. */
final class PomArtifacts {
    private static final String OWN_GROUP = "org.tunnel8";

    private PomArtifacts() {}

    /** The artifact ids that a pom names, without those of this project. */
    static Set<String> of(String pom) {
        Set<String> artifacts = new TreeSet<>();
        NodeList elements = parse(pom).getElementsByTagName("artifactId");
        for (int i = 0; i < elements.getLength(); i++) {
            Element artifact = (Element) elements.item(i);
            Element owner = (Element) artifact.getParentNode();
            boolean ownedByProject = owner.getTagName().equals("project");
            if (!ownedByProject && !OWN_GROUP.equals(groupOf(owner))) {
                artifacts.add(artifact.getTextContent().strip());
            }
        }
        // Spotless takes the formatter by an element of its own instead of by coordinates.
        if (pom.contains("<palantirJavaFormat>")) {
            artifacts.add("palantir-java-format");
        }
        return artifacts;
    }

    private static String groupOf(Element owner) {
        NodeList groups = owner.getElementsByTagName("groupId");
        return groups.getLength() == 0 ? "" : groups.item(0).getTextContent().strip();
    }

    private static Element parse(String pom) {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(pom)))
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException | IOException failure) {
            throw new IllegalArgumentException("not a readable pom", failure);
        }
    }
}
