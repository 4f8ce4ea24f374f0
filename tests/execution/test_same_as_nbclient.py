"""The engine's outputs are those of nbclient, which people know from nbconvert."""

from __future__ import annotations

from typing import Any

import nbformat
from execution_support import PNG, Project, code, code_cells
from nbclient import NotebookClient

CELLS: list[Any] = [
    "print('first')\nprint('second')",
    "import sys\nprint('out', flush=True)\nprint('err', file=sys.stderr, flush=True)\nprint('end')",
    "6 * 7",
    "_ + 1, In[3], len(Out)",
    "None",
    "",
    "from IPython.display import HTML, Image, JSON, Markdown, clear_output, display\n"
    "display(HTML('<b>bold</b>'), Markdown('*x*'), metadata={'isolated': True})",
    f"import base64\nImage(data=base64.b64decode({PNG!r}))",
    "JSON({'a': [1, 2.5, None, {'b': 'é'}]})",
    code("raise ValueError('expected\\nhere')", "raises-exception"),
    code("print('printed first')\nundefined_name", "raises-exception"),
    code("print('never')", "skip-execution"),
    "print('cleared')\nclear_output()\nprint('kept')",
    "print('cleared by what follows')\nclear_output(wait=True)\nprint('kept')",
    "handle = display('before', display_id='one')\ndisplay('other')",
    "handle.update(HTML('<i>after</i>'))\nprint('updated')",
    "%%capture captured\nprint('captured')",
    "captured.stdout",
    "class Rich:\n"
    "    def _repr_html_(self):\n        return '<hr>'\n"
    "    def _repr_latex_(self):\n        return '$x$'\n"
    "    def __repr__(self):\n        return 'rich'\n"
    "Rich()",
    "!echo from the shell",
    "import warnings\nwarnings.warn('be warned', stacklevel=1)",
    "print('a\\rb\\x1b[31mred\\x1b[0m\\x08')",
    "print('no end of line', end='')",
    "import pprint\n_ = [pprint.pprint({'k': list(range(30))}) for _ in range(2)]",
    "?len",
    "__name__, '__file__' in globals()",
    "sys.stdout.isatty(), sys.argv[0].endswith('ipykernel_launcher.py')",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
    "_ = plt.plot([1, 2])\nplt.gcf().set_dpi(20)",
]


async def test_outputs_and_counts_equal_those_of_nbclient(project: Project) -> None:
    path = project.write("a.ipynb", *CELLS)
    plain = nbformat.read(path, 4)
    client = NotebookClient(
        plain,
        kernel_name="python3",
        # How often the kernel flushes is a matter of chance, so streams are joined on both sides.
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
    )
    await client.async_execute()

    stored = await project.execute(path)
    assert stored.entry.failure is None
    assert project.cache.restore(path).restored
    expected = [cell for cell in plain.cells if cell.cell_type == "code"]
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == [cell.execution_count for cell in expected]
    for cell, other in zip(cells, expected, strict=True):
        assert without_process(cell.outputs) == without_process(other.outputs), cell.source
    # The comparison is not one of nothing with nothing.
    assert sum(bool(cell.outputs) for cell in cells) > 20


async def test_the_error_that_ends_an_execution_equals_that_of_nbclient(project: Project) -> None:
    path = project.write("a.ipynb", "def f():\n    return {}['missing']", "print(1)\nf()", "2")
    plain = nbformat.read(path, 4)
    client = NotebookClient(plain, kernel_name="python3", coalesce_streams=True, allow_errors=False)
    try:
        await client.async_execute()
    except Exception as error:
        name = type(error).__name__
    assert name == "CellExecutionError"

    stored = await project.execute(path)
    expected = [cell for cell in plain.cells if cell.cell_type == "code"]
    assert [without_process(outputs) for outputs in project.outputs(stored)] == [
        without_process(cell.outputs) for cell in expected
    ]
    assert [cell.execution_count for cell in stored.entry.cells] == [
        cell.execution_count for cell in expected
    ]


def without_process(value: Any) -> Any:
    """The same without the process id that IPython puts into names of cells' files."""
    if isinstance(value, dict):
        return {key: without_process(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_process(item) for item in value]
    if isinstance(value, str) and "ipykernel_" in value:
        before, _, after = value.partition("ipykernel_")
        return before + "ipykernel_" + without_process(after.lstrip("0123456789"))
    return value
