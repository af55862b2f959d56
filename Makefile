# The house's commands. `make help` lists them. Works with Python 3.11 and make alone; everything else comes by the locks.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test check explore faults seed bench screenshots lock setup setup-dev clean

PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
VENV ?= .venv
BIN := $(VENV)/bin
SIZE ?= S
ONLY ?=
CLOCKS ?= 20000
TEST_PROCESSES ?= 2
# Files in the order of their folders: those that start whole houses come early, so that no process is left alone with them at the end.
TESTS = TEST_WHOLE=1 $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=config.settings.test

help: ## 列出命令 / list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  make run PORT=8700            换端口 / another port (STAND_INS_PORT likewise)"
	@echo "  make run ONCE=1               把主要工作完整做一遍后结束 / do the main job once and end"
	@echo "  make run ONCE=1 RECORDS=DIR   用文件夹里的记录 / with the records of a folder"
	@echo "  make bench SIZE=M             规模 S、M、L / size S, M or L"

run: $(VENV)/.run ## 启动整套系统,Ctrl-C 结束 / start the whole house, Ctrl-C ends it
	@exec $(BIN)/python manage.py run

test: $(VENV)/.dev check ## 检查并测试(PostgreSQL,再用 SQLite) / check, then test on PostgreSQL and on SQLite
	$(TESTS)
	$(BIN)/python -m pytest -m alone tests/faults
	TEST_ON=sqlite $(TESTS)

faults: $(VENV)/.dev ## 故障演练:杀进程、清空队列、断开连接 / real processes killed, flushed and cut off, with figures
	CLOCKS=$(CLOCKS) $(BIN)/python -m pytest tests/faults -q

explore: $(VENV)/.dev ## 随机探查性质,每次不同 / the properties on thousands of new examples, other ones each time
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --hypothesis-profile=exploring -k "properties or any_bytes"

check: $(VENV)/.dev ## 静态检查 / ruff, mypy, import contracts, migrations, templates, settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TEST_SETTINGS) $(BIN)/python manage.py makemigrations --check --dry-run
	@if [ -d hotline/templates ]; then $(BIN)/djlint hotline/templates --lint --quiet; fi
	$(TEST_SETTINGS) $(BIN)/python manage.py check --fail-level WARNING

seed: $(VENV)/.run ## 写入样例数据 / a made-up year of tickets into the database of `make run`: SIZE=XS|S|M|L
	$(BIN)/python manage.py prepare
	$(BIN)/python manage.py seed --size $(SIZE)

bench: $(VENV)/.dev ## 性能比值 / benchmarks: ratios, SIZE=S|M|L ONLY=clocks,import,queue,web … JSON=FILE
	SIZE=$(SIZE) ONLY="$(ONLY)" JSON="$(JSON)" $(BIN)/python -m tests.benchmarks

screenshots: $(VENV)/.dev ## 全部页面截图与使用说明配图 / every page, two sizes and languages, and the guide's pictures: ONLY=guide,pages
	ONLY="$(ONLY)" $(BIN)/python -m tests.browser.screenshots

lock: $(VENV)/.dev ## 重新锁定依赖 / lock the dependencies again from pyproject.toml
	$(BIN)/uv pip compile $(LOCK) --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

setup: $(VENV)/.run ## 只安装运行所需 / install what running needs
setup-dev: $(VENV)/.dev ## 安装开发所需 / install what testing needs

clean: ## 删除运行数据与环境 / remove the data of runs and the environment
	rm -rf var $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

LOCK := pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock"
# The lock is the whole answer: with --no-deps pip looks for nothing newer (an extra, `coverage[toml]`, would send it looking).
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps

# The development lock holds the other one whole: once it is in, nothing more is needed to run.
$(VENV)/.run: $(BIN)/python requirements.lock
	@if [ $(VENV)/.dev -nt requirements-dev.lock ]; then touch $@; else \
	echo "安装依赖,首次约半分钟 / installing the locked dependencies, about half a minute the first time ..."; \
	$(INSTALL) -r requirements.lock && touch $@; fi

$(VENV)/.dev: $(BIN)/python requirements-dev.lock
	@echo "安装开发依赖,首次约一分钟 / installing the locked dependencies for development, about a minute the first time ..."
	@$(INSTALL) -r requirements-dev.lock && touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 / Python 3.11 is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "需要 Python 3.11 或更新,这里是 / Python 3.11 or newer is needed, this is: $$($(PYTHON) --version)"; \
	echo "可指定 / you may name one: make run PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	echo "这个 Python 缺少 venv/ensurepip(Debian、Ubuntu 单独打包) / this Python lacks venv and ensurepip (a package of its own on Debian)."; \
	echo "请执行 / please run: apt-get install python3-venv"; exit 1; }
	@echo "建立虚拟环境 / making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
