"""Libraries that read files in native code, outside the project too, where no watch looks."""

from __future__ import annotations

import pytest
from scenarios import Project, Scenario, play

FORMATS = {
    "pandas-parquet": (
        "import pandas\nread = lambda: pandas.read_parquet(path)",
        "pandas.DataFrame({{'a': {values}}}).to_parquet(path)",
    ),
    "pyarrow-parquet": (
        "import pyarrow, pyarrow.parquet as q\nread = lambda: q.read_table(path)",
        "q.write_table(pyarrow.table({{'a': {values}}}), path)",
    ),
    "pyarrow-dataset": (
        "import pyarrow, pyarrow.parquet as q, pyarrow.dataset as d\n"
        "read = lambda: d.dataset(path).to_table()",
        "q.write_table(pyarrow.table({{'a': {values}}}), path)",
    ),
    "pyarrow-feather": (
        "import pyarrow, pyarrow.feather as f\nread = lambda: f.read_table(path)",
        "f.write_feather(pyarrow.table({{'a': {values}}}), path)",
    ),
    "polars-parquet": (
        "import polars\nread = lambda: polars.read_parquet(path)",
        "polars.DataFrame({{'a': {values}}}).write_parquet(path)",
    ),
    "polars-lazy": (
        "import polars\nread = lambda: polars.scan_csv(path).collect()",
        "polars.DataFrame({{'a': {values}}}).write_csv(path)",
    ),
    "h5py": (
        "import h5py\ndef read():\n    with h5py.File(path) as f:\n        return f['a'][:]",
        "with h5py.File(path, 'w') as f:\n    f['a'] = {values}",
    ),
    "duckdb": (
        "import duckdb\nread = lambda: duckdb.read_csv(path)",
        "open(path, 'w').write('a\\n' + '\\n'.join(map(str, {values})))",
    ),
    "lxml": (
        "import lxml.etree as e\nread = lambda: e.tostring(e.parse(path))",
        "open(path, 'w').write(f'<a>{values}</a>')",
    ),
}


@pytest.mark.parametrize("where", ["inside", "outside"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_native_code_reads(name: str, where: str, project: Project) -> None:
    read, write = FORMATS[name]
    folder = project.root if where == "inside" else project.outside
    start = f"import os\npath = os.path.join({str(folder)!r}, 'ta' + 'ble.bin')\n{read}"

    def write_values(values: str) -> None:
        exec(f"{start}\n{write.format(values=values)}", {})

    write_values("[1, 2]")
    play(
        Scenario(
            name,
            (start, "print(read())"),
            lambda _: write_values("[1, 2, 345]"),
            "file-changed",
            "table.bin",
        ),
        project,
    )
