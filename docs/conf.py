"""The documentation site, which ``make docs`` builds. Its pages also read well on GitHub."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "jupyterlab-cache"
author = "the jupyterlab-cache developers"
project_copyright = "the jupyterlab-cache developers"
release = version = version_of("jupyterlab-cache")

extensions = [
    "myst_nb",
    # Notebooks among these pages are executed and cached by the project itself.
    "jupyterlab_cache.builders.sphinx",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "generated",
]
source_repository = "https://github.com/jupyterlab-cache/jupyterlab-cache"
exclude_patterns = ["_ext", "ci", "images/README*"]
nitpicky = False

myst_enable_extensions = ["attrs_inline", "colon_fence"]
# Links to headings work as on GitHub.
myst_heading_anchors = 4
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_render_markdown_format = "gfm"

autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
napoleon_use_rtype = False

html_theme = "sphinx_book_theme"
html_title = "jupyterlab-cache"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "repository_url": source_repository,
    "use_repository_button": True,
    "use_download_button": False,
    "home_page_in_toc": False,
    "show_navbar_depth": 1,
    # The search is in the bar at the side.
    "navbar_persistent": [],
}
html_show_sourcelink = False
html_copy_source = False
