#include "engine/run/executor.h"

#include <algorithm>

namespace ringscope {

namespace {

const Executor* executor_named(const std::string& name) {
    for (const Executor* executor : executors())
        if (!executor->simulates() && name == executor->name) return executor;
    return nullptr;
}

bool lists(const std::vector<EngineOption>& options, const std::string& name) {
    return name == "auto" || std::any_of(options.begin(), options.end(),
                                         [&](const EngineOption& option) { return option.name == name; });
}

void require_one_of(const char* field, const std::string& name, const std::vector<std::string>& names) {
    if (name == "auto" || std::find(names.begin(), names.end(), name) != names.end()) return;
    constexpr size_t kMostShown = 64;
    const std::string shown = name.size() <= kMostShown ? name : name.substr(0, kMostShown) + "..";
    std::string allowed = "auto";
    for (const std::string& one : names) allowed += ", " + one;
    throw Error(ErrorKind::bad_input,
                std::string(field) + ": \"" + shown + "\" is not allowed: one of " + allowed);
}

}  // namespace

std::vector<std::string> executor_names() {
    std::vector<std::string> names;
    for (const Executor* executor : executors())
        if (!executor->simulates()) names.insert(names.begin(), executor->name);
    return names;
}

void require_known_names(const BackendSpec& backend) {
    require_one_of("backend.device", backend.device, executor_names());
    if (backend.transport == "auto") return;
    std::vector<std::string> transports;
    for (const Executor* executor : executors())
        for (const EngineOption& transport : executor->options().transports)
            transports.push_back(transport.name);
    require_one_of("backend.transport", backend.transport, transports);
}

const Executor& choose_executor(const Experiment& experiment) {
    const BackendSpec& backend = experiment.backend;
    require_known_names(backend);
    if (backend.device != "auto") return *executor_named(backend.device);
    for (const Executor* executor : executors())
        if (!executor->simulates() && !executor->why_not(experiment)) return *executor;
    for (const Executor* executor : executors()) {
        if (executor->simulates()) continue;
        const EngineOptions options = executor->options();
        if (lists(options.transports, backend.transport) && lists(options.kernels, backend.kernel))
            return *executor;
    }
    return *executors().back();
}

const Executor& simulating_executor() {
    const auto all = executors();
    const auto found =
        std::find_if(all.begin(), all.end(), [](const Executor* executor) { return executor->simulates(); });
    RINGSCOPE_CHECK(found != all.end());
    return **found;
}

MemoryModel memory_model_of(const BackendSpec& backend) {
    const Executor* executor = executor_named(backend.device);
    return executor == nullptr ? MemoryModel{} : executor->memory;
}

std::string asking_field(const BackendSpec& backend) {
    if (backend.device != "auto") return "backend.device is " + backend.device;
    if (backend.transport != "auto") return "backend.transport is " + backend.transport;
    return "backend.kernel is " + backend.kernel;
}

}  // namespace ringscope
