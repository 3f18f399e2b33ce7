# Thin front of the CMake build: a target first installs what is missing, then configures and builds what it needs.
BUILD ?= build
JOBS ?= $(shell nproc)
.PHONY: help build demo test check coverage check-format check-docs check-consumers check-tidy check-tsan fuzz soak
.PHONY: deb api-docs format bench clean gpu-check gpu-check-tests gpu-check-bench gpu-count deps test-deps check-deps

build: deps  ## the release build, with CUDA where the toolkit is found; binaries in build/bin (the default)
	cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON
	cmake --build $(BUILD) -j $(JOBS)

help:  ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: build  ## a tour: draw a marketplace, train, evaluate, recommend
	$(BUILD)/bin/m2grl demo

test: test-deps build  ## the release tests, then the CPU tests, but for statistics, under AddressSanitizer and UBSan
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)
	cmake --preset asan
	cmake --build build-asan -j $(JOBS)
	ctest --test-dir build-asan --output-on-failure -j $(JOBS)

check: check-format check-docs check-consumers check-tidy check-tsan  ## the slower checks, each also alone:

check-format: check-deps  ## sources as .clang-format says
	@scripts/check_format.sh

check-docs: build  ## links, paths, options of the documentation; README's commands and code, run
	@scripts/check_docs.sh $(BUILD)

check-consumers: build  ## programs that use m2grl installed (static, shared) and as a subdirectory
	@scripts/check_consumers.sh $(BUILD)

check-tidy: check-deps  ## clang-tidy over src and the headers that it includes
	@scripts/check_tidy.py

check-tsan: check-deps  ## the CPU tests, but for statistics, under ThreadSanitizer
	@scripts/check_tsan.sh

coverage: check-deps  ## lines and branches that the CPU tests run: build-coverage/coverage.txt, html
	@scripts/coverage.sh

fuzz: check-deps  ## every reader under libFuzzer, FUZZ_RUNS inputs each; hours with the default of 10,000,000
	@scripts/fuzz.sh

format: check-deps  ## rewrite the sources as .clang-format says
	@find src include cuda tests bench examples -name '*.?pp' -o -name '*.cu' -o -name '*.cuh' | xargs clang-format -i

bench: build  ## every bench, each against its ceiling; figures in build/bench/results/*.json
	cmake --build $(BUILD) --target run_benches

deb: build  ## a Debian package in build/: the command, the library, what a program needs that links it
	cd $(BUILD) && cpack -G DEB

api-docs: check-deps  ## the reference of the public headers, by Doxygen: build/api/html/index.html
	@mkdir -p build && doxygen docs/Doxyfile && echo "wrote build/api/html/index.html"

soak: build  ## an hour and more: 1,000 saves killed, 8,000 trainings on eight threads, 1,000 cancelled, an hour's rate and memory; JSON
	cmake --build $(BUILD) -j $(JOBS) --target test_load soak_writer soak_trainer
	@scripts/soak.py --build $(BUILD) --out $(BUILD)/soak.json

gpu-check: build  ## on a GPU: its tests, compute-sanitizer, its benches; exit code 3 where something could not run
	@scripts/gpu_check.py --build $(BUILD)

gpu-check-tests: build  ## the first half of it
	@scripts/gpu_check.py --build $(BUILD) --part tests

gpu-check-bench: build  ## the second half
	@scripts/gpu_check.py --build $(BUILD) --part bench

gpu-count:  ## without a GPU: registers and spills of every kernel, instructions of SGNS's hot loops; needs nvcc
	@scripts/count_sgns.py

deps:
	@sh scripts/install_dependencies.sh

test-deps:
	@sh scripts/install_dependencies.sh test

check-deps:
	@sh scripts/install_dependencies.sh check

clean:  ## remove every build folder
	rm -rf build build-*
