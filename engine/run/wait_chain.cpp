#include "engine/run/wait_chain.h"

namespace ringscope {

namespace {

constexpr size_t kMostLinks = 8;  // in words

std::string text_of(const WaitLink& link) {
    const std::string rank = "rank " + std::to_string(link.rank), peer = "rank " + std::to_string(link.peer);
    const std::string what = name_of(link.payload);
    return (link.for_room ? rank + " waits until " + peer + " has taken its " + what
                          : rank + " waits for " + what + " of " + peer) +
           " (step " + std::to_string(link.step) + ")";
}

const char* text_of(WaitEnd end) {
    switch (end) {
        case WaitEnd::working:
            return ", which is at work";
        case WaitEnd::lost:
            return ", which has sent it: it was lost";
        case WaitEnd::asleep:
            return ", which sleeps";
        case WaitEnd::gone:
            return ", which has ended";
        case WaitEnd::circle:
            return ", and so in a circle";
    }
    return "";
}

}  // namespace

std::string text_of(const WaitChain& chain) {
    std::string text;
    for (size_t i = 0; i < chain.links.size(); ++i) {
        if (chain.links.size() > kMostLinks && i == kMostLinks - 1) {
            text += ", " + std::to_string(chain.links.size() - kMostLinks) + " more";
            i = chain.links.size() - 1;
        }
        text += (text.empty() ? "" : ", ") + text_of(chain.links[i]);
    }
    return text + text_of(chain.end);
}

}  // namespace ringscope
