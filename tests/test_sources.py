"""Reading the files: what is right is read with its lines, what is wrong is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, Literal, URIRef

from mgi_graph import sources
from mgi_graph.errors import SourceError, SourceNotFoundError, SourceSyntaxError


def test_finds_the_files_of_the_checkout(files: sources.Sources) -> None:
    assert files.ontology.name == "mgi.ttl"
    assert "niger-2021.ttl" in {path.name for path in files.data}
    assert files.shapes
    assert any(path.stem == "which-laws" for path in files.queries)


def test_knows_the_line_of_each_triple(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text('@prefix ex: <http://e/> .\nex:a\n  ex:b "x" ;\n  ex:c ex:d ; a ex:E ; ex:f true .\n', "utf-8")
    read = sources.read_source(path)
    assert read.lines[URIRef("http://e/a"), URIRef("http://e/b"), Literal("x")] == 3
    assert read.lines[URIRef("http://e/a"), URIRef("http://e/c"), URIRef("http://e/d")] == 4
    assert set(read.lines) == set(read.graph)


def test_knows_the_line_of_every_triple_of_the_ontology(files: sources.Sources) -> None:
    read = sources.read_source(files.ontology)
    assert set(read.lines) == set(read.graph)


def test_lines_are_those_of_the_file_to_its_end(files: sources.Sources) -> None:
    for path in (*files.data, files.root / "examples" / "synthetic-country-a-2024.ttl"):
        lines = path.read_text("utf-8").split("\n")
        read = sources.read_source(path)
        typed = [(str(kind), lines[line - 1]) for (_, is_a, kind), line in read.lines.items() if is_a == RDF.type]
        assert len(typed) > 20
        assert [line for kind, line in typed if not line.startswith(f"    a mgi:{kind.rpartition('#')[2]} ")] == []


def test_syntax_error_says_file_line_column_and_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("@prefix ex: <http://e/> .\n\nex:a ex:b ex:c\nex:d ex:e ex:f .\n", "utf-8")
    with pytest.raises(SourceSyntaxError) as caught:
        sources.read_source(path)
    assert caught.value.line == 4
    assert f"{path}:4:1: " in str(caught.value)
    assert "dot is expected" in str(caught.value)


def test_a_prefix_that_is_missing_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text('<http://a> <http://b> "2024-05"^^xsd:gYearMonth .\n', "utf-8")
    with pytest.raises(SourceSyntaxError, match=r"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> \."):
        sources.read_source(path)
    path.write_text("<http://a> <http://b> zz:c .\n", "utf-8")
    with pytest.raises(SourceSyntaxError, match="Mend the line"):
        sources.read_source(path)


def test_bytes_that_are_no_text_are_an_error_with_a_place(tmp_path: Path) -> None:
    path = tmp_path / "bytes.ttl"
    path.write_bytes(b'<http://a> <http://b> "\xff" .')
    with pytest.raises(SourceSyntaxError, match="UTF-8"):
        sources.read_source(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match=r"none\.ttl: there is no such file"):
        sources.read_source(tmp_path / "none.ttl")


def test_folder_without_the_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="MGI_GRAPH_ROOT"):
        sources.find_sources(tmp_path)


def test_unknown_ending_is_told(tmp_path: Path) -> None:
    path = tmp_path / "data.docx"
    path.write_bytes(b"")
    with pytest.raises(SourceError, match=r"no RDF format.*\n.*\.ttl"):
        list(sources.parse_quads(path))


def test_fingerprint_follows_content_and_names(tmp_path: Path) -> None:
    for folder, name in (("ontology", "mgi.ttl"), ("data", "x.ttl"), ("shapes", "s.ttl"), ("queries", "q.rq")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("", "utf-8")
    first = sources.find_sources(tmp_path).fingerprint()
    (tmp_path / "queries" / "q.rq").write_text("ASK {}", "utf-8")
    assert sources.find_sources(tmp_path).fingerprint() == first
    (tmp_path / "data" / "x.ttl").write_text("# edited\n", "utf-8")
    second = sources.find_sources(tmp_path).fingerprint()
    (tmp_path / "data" / "x.ttl").rename(tmp_path / "data" / "y.ttl")
    assert len({first, second, sources.find_sources(tmp_path).fingerprint()}) == 3


def test_xml_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.rdf"
    path.write_text(
        '<!DOCTYPE r [\n<!ENTITY a "aaaa">\n]>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="http://a">'
        '<p xmlns="http://b/">&a;</p></rdf:Description></rdf:RDF>'
    )
    with pytest.raises(SourceSyntaxError, match="entities are refused"):
        list(sources.parse_quads(path))


def test_context_of_json_ld_is_not_fetched(tmp_path: Path) -> None:
    path = tmp_path / "far.jsonld"
    path.write_text('{"@context": "http://127.0.0.1:9/context.json", "@id": "http://a", "p": "x"}')
    with pytest.raises(SourceSyntaxError):
        list(sources.parse_quads(path))
