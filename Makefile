# ViT, Patch by Patch. `make help` lists what there is.
# Each environment is made by this file alone: to start afresh, `make clean-all`.

PYTHON ?= python3
BOOK := .venv-book
TEST := .venv
WORKERS ?= 2
NOTEBOOKS ?= book/en
# What PyTorch, oneDNN and MKL then use has no AVX: sums come out in another order, as on another processor.
# experiments/spread.py measures with the same.
PLAINEST_KERNELS := ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41 MKL_ENABLE_INSTRUCTIONS=SSE4_2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export OMP_NUM_THREADS := 1

.DELETE_ON_ERROR:
.PHONY: help book serve test kernels environment lint lab sync translated repository pdf epub benchmark pictures lock clean clean-all

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

book: $(BOOK)/complete  ## both editions into _build/html (needs no torch)
	$(BOOK)/bin/python book/tools/build.py -W

serve: $(BOOK)/complete  ## show the built book on localhost
	@test -f _build/html/index.html || $(MAKE) book
	$(BOOK)/bin/python book/tools/serve.py

test: $(TEST)/complete lint book  ## every test: package, exercises, notebooks, translation, site
	$(TEST)/bin/python -m pytest --nbval tests book -n $(WORKERS) --dist loadfile

kernels: $(TEST)/complete  ## the chapters by the plainest kernels, as on another processor: NOTEBOOKS="book/en/06_training.ipynb"
	$(PLAINEST_KERNELS) $(TEST)/bin/python -m pytest -c pyproject.toml --rootdir . --nbval $(NOTEBOOKS) \
	  -n $(WORKERS) --dist loadfile

environment:  ## NAME=colab PYTHON=python3.13 (or lowest, python3.11): tests and chapters with other versions
	$(PYTHON) tests/support/environment.py $(NAME)

lint: $(TEST)/complete
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .

lab: $(TEST)/complete  ## JupyterLab on the notebooks
	$(TEST)/bin/jupyter lab --notebook-dir=book --LabApp.news_url=None \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

sync: $(TEST)/complete  ## run the English notebooks, carry code and outputs to the Chinese ones
	$(TEST)/bin/python book/tools/sync.py --jobs $(WORKERS)

translated: $(TEST)/complete  ## CELLS="01_patches/idea …": these translations are up to date again
	$(TEST)/bin/python book/tools/sync.py --translated $(CELLS)

repository:  ## URL=https://github.com/NAME/REPO: the book's address, everywhere
	$(PYTHON) book/tools/repository.py "$(URL)"

pdf: $(BOOK)/printing  ## each edition of the built site as a PDF, beside its pages (needs Chromium)
	@test -f _build/html/index.html || $(MAKE) book
	$(BOOK)/bin/python book/tools/pdf.py

epub: $(BOOK)/printing  ## the same as EPUBs
	@test -f _build/html/index.html || $(MAKE) book
	$(BOOK)/bin/python book/tools/epub.py

benchmark: $(TEST)/complete  ## speed and memory against PyTorch's own functions, timm, torchvision, vit-pytorch
	$(TEST)/bin/python benchmarks/patches.py
	$(TEST)/bin/python benchmarks/model.py
	$(TEST)/bin/python benchmarks/training.py

pictures: $(TEST)/complete book  ## what the pages show of the package: front page, exercises' values, icon, README's pictures
	$(TEST)/bin/python book/tools/value_exercises.py
	$(TEST)/bin/python book/tools/wrong_attempts.py
	$(TEST)/bin/python book/tools/front_page.py
	$(TEST)/bin/python book/tools/pictures.py

lock: $(TEST)/complete $(BOOK)/complete  ## constraints.txt from what the two environments hold now
	@{ echo "# Every package that the two environments hold, with its version: written by \`make lock\`."; \
	   { $(TEST)/bin/pip freeze --exclude-editable; $(BOOK)/bin/pip freeze; } | LC_ALL=C sort -fu; } > constraints.new
	@mv constraints.new constraints.txt

clean:  ## remove what was built; keep the environments
	rm -rf _build dist

clean-all: clean  ## remove the environments, too
	rm -rf $(BOOK) $(TEST) .venv-colab .venv-lowest

# An environment is complete when its last line has run. Whatever stopped an install before that, the next
# `make` finds no such file and starts the environment again from nothing.
$(BOOK)/complete: requirements-book.txt constraints.txt
	$(call new_environment,$(BOOK))
	$(BOOK)/bin/pip install -r requirements-book.txt
	touch $@

$(BOOK)/printing: requirements-print.txt $(BOOK)/complete
	$(BOOK)/bin/pip install -r requirements-print.txt
	touch $@

$(TEST)/complete: requirements.txt constraints.txt pyproject.toml
	$(call new_environment,$(TEST))
	$(TEST)/bin/pip install -r requirements.txt
	$(TEST)/bin/pip install --no-deps --no-build-isolation -e .
	touch $@

define new_environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	rm -rf $(1)
	@$(PYTHON) -m venv $(1) || \
	  { echo "No environment could be made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
endef
