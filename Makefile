# Thin front of the CMake build: every target installs what is missing, configures and builds first.
BUILD ?= build
JOBS ?= $(shell nproc)
.PHONY: build demo test bench deps clean

deps:
	@sh scripts/install_dependencies.sh

build: deps
	cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release
	cmake --build $(BUILD) -j $(JOBS)

demo: build
	$(BUILD)/bin/m2grl demo

# Release tests, then the CPU tests under AddressSanitizer and UndefinedBehaviorSanitizer.
test: build
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)
	cmake --preset asan
	cmake --build build-asan -j $(JOBS)
	ctest --test-dir build-asan --output-on-failure -j $(JOBS) -LE "data|slow"

# Every bench, each against its ceiling; figures in build/bench/results/*.json.
bench: build
	cmake --build $(BUILD) --target run_benches

clean:
	rm -rf build build-*
