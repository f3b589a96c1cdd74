#include "ui/tabs/simulate/advice_search.h"

#include <new>
#include <system_error>
#include <utility>

namespace ringscope {

bool operator==(const AdviceRequest& a, const AdviceRequest& b) {
    if (!(a.factors == b.factors) || !(a.experiment == b.experiment)) return false;
    return a.machine == b.machine || (a.machine && b.machine && *a.machine == *b.machine);
}

AdviceAnswer answer_advice(const AdviceRequest& request, const std::stop_token& stop) {
    AdviceAnswer answer;
    answer.request = request;
    try {
        AdvisorOptions options;
        options.most_ranks = most_ranks_on(*request.machine);
        answer.advice = advise(request.experiment, scaled(*request.machine, request.factors), options, stop);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        answer.problem = error.what();
    } catch (const std::bad_alloc&) {
        answer.problem = "this machine has not enough memory for the search";
    }
    return answer;
}

AdviceSearch::AdviceSearch()
    : work_([](const AdviceRequest& request, const std::stop_token& stop, const auto& publish) {
          publish(answer_advice(request, stop));
      }) {}

void AdviceSearch::start(const AdviceRequest& request, double now_seconds) {
    started_seconds_ = now_seconds;
    try {
        work_.ask(request);
        searching_ = true;
    } catch (const std::system_error& error) {
        AdviceAnswer refused;
        refused.request = request;
        refused.problem = std::string("no thread could be started to search: ") + error.what();
        answer_ = std::make_shared<const AdviceAnswer>(std::move(refused));
    }
}

void AdviceSearch::cancel() {
    if (std::exchange(searching_, false)) work_.drop();
}

void AdviceSearch::update() {
    if (!searching_) return;
    if (auto answer = work_.take()) {
        answer_ = std::make_shared<const AdviceAnswer>(std::move(*answer));
        searching_ = false;
    }
}

}  // namespace ringscope
