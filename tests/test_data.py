"""The data: what the report says of the killer question, in canonical layout, every term declared, in our own words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT, SHARED
from rdflib import OWL, RDF, XSD, Graph, Literal, Namespace, URIRef

from mgi_graph import layout, sources
from mgi_graph.errors import InconsistencyError
from mgi_graph.inspection import asserted_triples
from mgi_graph.namespaces import ID, MGI
from mgi_graph.reasoning.closure import infer

_MGI = Namespace(MGI)
ANLTP = URIRef(ID + "ne/org/anltp-tim")
DATA = sorted((ROOT / "data").glob("*.ttl"))


def test_killer_question_with_rdflib_alone() -> None:
    graph = Graph().parse(ROOT / "ontology" / "mgi.ttl").parse(ROOT / "data" / "niger-2021.ttl")
    laws = {str(law) for law in graph.objects(ANLTP, _MGI.implements)}
    assert laws == {ID + "ne/instrument/ordinance-2010-86", ID + "ne/instrument/law-2015-36"}
    rows = graph.query(
        """PREFIX mgi: <https://w3id.org/mgi-graph/ontology#>
        SELECT DISTINCT ?law ?page WHERE {
          ?claim mgi:claimSubject ?body ; mgi:claimPredicate mgi:implements ; mgi:claimObject ?law .
          ?claim mgi:statedIn ?finding .
          ?finding mgi:page ?page } ORDER BY ?law""",
        initBindings={"body": ANLTP},
    )
    assert [int(str(row[1])) for row in rows] == [14, 14]  # type: ignore[index]


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_file_is_in_canonical_layout(path: Path) -> None:
    assert layout.write(sources.read_source(path).graph) == path.read_text("utf-8")


def test_claims_are_named_by_what_they_claim(asserted: Graph) -> None:
    claims = [
        claim
        for kind in ("Affirmed", "Interpreted", "Denied", "Disputed")
        for claim in asserted.subjects(RDF.type, _MGI[f"{kind}Claim"])
    ]
    assert len(claims) > 100
    for claim in claims:
        kind = next(str(kind).rpartition("#")[2] for kind in asserted.objects(claim, RDF.type))
        subject, predicate = asserted.value(claim, _MGI.claimSubject), asserted.value(claim, _MGI.claimPredicate)
        values = [v for name in ("claimObject", "claimValue", "claimDate") for v in asserted.objects(claim, _MGI[name])]
        assert subject is not None
        assert predicate is not None
        assert str(claim).rpartition("/")[2] == layout.claim_hash(kind, subject, predicate, values[0])


def test_every_own_term_that_is_used_is_declared(files: sources.Sources, asserted: Graph) -> None:
    declared = set(sources.read_graph(files.ontology).subjects(RDF.type, None))
    for subject, predicate, obj in asserted:
        for term in (predicate, obj if predicate == RDF.type else subject):
            if isinstance(term, URIRef) and str(term).startswith(MGI):
                assert term in declared, f"{term} is used and not declared"
        if isinstance(obj, URIRef) and str(obj).startswith(ID):
            assert (obj, RDF.type, None) in asserted, f"{obj} is named and not described"


def test_crosscheck_asserts_nothing_of_the_world() -> None:
    graph = sources.read_source(ROOT / "data" / "crosscheck-niger-2021.ttl").graph
    ontology = sources.read_source(ROOT / "ontology" / "mgi.ttl").graph
    assertable = set(ontology.subjects(_MGI.assertable, Literal(True)))
    assert graph
    assert not assertable & set(graph.predicates())


def test_layout_loses_nothing_and_is_stable(tmp_path: Path) -> None:
    from rdflib.compare import isomorphic

    graph = sources.read_source(ROOT / "data" / "niger-2021.ttl").graph
    path = tmp_path / "again.ttl"
    path.write_text(layout.write(graph), "utf-8")
    again = sources.read_source(path).graph
    assert isomorphic(graph, again)
    assert layout.write(again) == path.read_text("utf-8")


def test_wording_is_our_own() -> None:
    tool = SHARED / "tools" / "check_wording.py"
    report = SHARED / "source" / "niger-2021-report.txt"
    if not (tool.exists() and report.exists()):
        pytest.skip("this needs the report's text in ../shared, which this clone does not have")
    done = subprocess.run(
        [sys.executable, str(tool), str(report), *map(str, DATA), str(ROOT / "ontology" / "mgi.ttl")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert ", 0 repeat" in done.stdout


def test_every_file_ends_its_integers_plainly(asserted: Graph) -> None:
    for _, predicate, obj in asserted:
        if isinstance(obj, Literal) and str(predicate).startswith(MGI) and obj.datatype == XSD.integer:
            assert str(obj) == str(int(obj)), f"{predicate} {obj!r}"


class TestReasoning:
    def test_what_follows(self, closure: Graph) -> None:
        law = URIRef(ID + "ne/instrument/law-2015-36")
        assert (law, _MGI.implementedBy, ANLTP) in closure
        claim = next(c for c in closure.subjects(_MGI.claimObject, law) if (c, _MGI.claimSubject, ANLTP) in closure)
        assert (claim, _MGI.inProfile, URIRef(ID + "profile/ne-2021")) in closure
        assert (
            URIRef(ID + "profile/ne-2021/finding/1.3-p4-1"),
            _MGI.assessment,
            URIRef(ID + "assessment/potential-for-further-development"),
        ) in closure
        assert (ANLTP, _MGI.discussedIn, URIRef(ID + "dimension/migrants-rights")) in closure

    def test_nothing_empty_is_kept(self, closure: Graph, asserted: Graph) -> None:
        inferred = closure - asserted
        assert len(inferred) > 1000
        assert not list(inferred.subjects(RDF.type, OWL.Thing))
        assert all(subject != obj for subject, obj in inferred.subject_objects(OWL.sameAs))

    @pytest.mark.parametrize(
        "triples",
        [
            "id:ne/org/anltp-tim a mgi:Finding .",
            "id:dimension/migrants-rights <http://www.w3.org/2002/07/owl#sameAs> id:dimension/partnerships .",
        ],
    )
    def test_contradiction_is_refused(self, triples: str) -> None:
        head = f"@prefix mgi: <{MGI}> .\n"
        iris = " ".join(f"<{ID}{word[3:]}>" if word.startswith("id:") else word for word in triples.split())
        added = ox.parse(f"{head}<{ID}ne/org/anltp-tim> a mgi:Agency .\n{iris}", format=ox.RdfFormat.TURTLE)
        wrong = [*asserted_triples([ROOT / "ontology" / "mgi.ttl"]), *(quad.triple for quad in added)]
        with pytest.raises(InconsistencyError):
            infer(wrong)
