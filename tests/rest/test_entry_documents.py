"""What was executed, with what came of it, as the comparison asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


async def test_an_entry_is_shown_as_it_was_executed(client: Any, write_notebook: Any) -> None:
    path = write_notebook("a.ipynb", "print('one')", "", "'t' + 'wo'")
    job = await client.run("a.ipynb")
    write_notebook("a.ipynb", "print('another')")
    status, answer = await client.get(f"entries/{job['entry']}/document", path="a.ipynb")
    assert status == 200
    assert (answer["entry"], answer["trusted"]) == (job["entry"], True)
    # Blank cells are not executed, so they are no part of it.
    assert [cell["source"] for cell in answer["cells"]] == ["print('one')", "'t' + 'wo'"]
    first, second = answer["cells"]
    assert first["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "one\n"}]
    assert second["outputs"][0]["data"]["text/plain"] == "'two'"
    assert (first["execution_count"], second["execution_count"]) == (1, 2)
    assert path.exists()


async def test_the_language_is_told_as_the_notebook_names_it(
    client: Any, write_notebook: Any
) -> None:
    import nbformat

    path = write_notebook("a.ipynb", "1")
    notebook = nbformat.read(path, 4)
    notebook.metadata["language_info"] = {"name": "python", "mimetype": "text/x-python"}
    nbformat.write(notebook, path)
    job = await client.run("a.ipynb")
    _, answer = await client.get(f"entries/{job['entry']}/document", path="a.ipynb")
    assert answer["mimetype"] == "text/x-python"


async def test_what_is_not_there_is_said(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    write_notebook("a.ipynb", "print('one')")
    job = await client.run("a.ipynb")
    resource = f"entries/{job['entry']}/document"
    assert (await client.get(resource))[0] == 400
    assert (await client.get(f"entries/{'0' * 32}/document", path="a.ipynb"))[0] == 404
    for blob in (jp_root_dir / ".jupyterlab_cache" / "objects").rglob("*"):
        if blob.is_file():
            blob.write_bytes(b"damaged")
    status, answer = await client.get(resource, path="a.ipynb")
    assert status == 410
    assert answer["message"]
