#include "engine/simulate/gather_rounds.h"

#include <algorithm>
#include <numeric>

namespace ringscope {

namespace {

class GatherRounds {
  public:
    GatherRounds(const MachineModel& machine, const std::vector<SlowRank>& slow_ranks,
                 const std::vector<double>& published, const std::vector<int64_t>& bytes, StopCheck& check)
        : machine_(machine),
          slow_ranks_(slow_ranks),
          published_(published),
          bytes_(bytes),
          check_(check),
          ranks_(static_cast<int>(bytes.size())),
          links_(machine, ranks_, slow_ranks),
          times_(bytes.size()),
          from_(bytes.size()),
          moves_(bytes.size()),
          messages_(bytes.size(), 1),
          sends_until_(bytes.size(), 0.0),
          ready_(published) {
        for (size_t rank = 0; rank < bytes.size(); ++rank)
            times_[rank].received = times_[rank].taken = published[rank];
    }

    std::vector<GatherTimes> run() {
        switch (machine_.gather) {
            case GatherAlgorithm::ring:
                around();
                break;
            case GatherAlgorithm::tree:
                doubling();
                break;
            case GatherAlgorithm::direct:
                machine_.receives_at_once ? at_once() : in_turn();
                break;
        }
        return std::move(times_);
    }

  private:
    int before(int rank, int distance) const { return (rank - distance + ranks_) % ranks_; }
    GatherTimes& at(int rank) { return times_[static_cast<size_t>(rank)]; }
    int64_t bytes_of(int owner) const { return bytes_[static_cast<size_t>(owner)]; }

    void around() {
        for (int distance = 1; distance < ranks_; ++distance) {
            for (int rank = 0; rank < ranks_; ++rank) {
                from_[static_cast<size_t>(rank)] = before(rank, 1);
                moves_[static_cast<size_t>(rank)] = bytes_of(before(rank, distance));
            }
            arrived_ = ready_;  // a share that is empty goes no way
            round(distance == 1);
            for (int rank = 0; rank < ranks_; ++rank) note_taken(before(rank, distance), rank);
            ready_ = arrived_;
        }
    }

    void doubling() {
        std::vector<int64_t> sums(2 * bytes_.size() + 1, 0);  // twice round the ring
        for (size_t i = 0; i + 1 < sums.size(); ++i) sums[i + 1] = sums[i] + bytes_[i % bytes_.size()];
        std::vector<double> has = published_;  // all that it has
        for (int held = 1; held < ranks_; held *= 2) {
            const int count = std::min(held, ranks_ - held);
            for (int rank = 0; rank < ranks_; ++rank) {
                const auto to = static_cast<size_t>(rank);
                const auto past = static_cast<size_t>(before(rank, held)) + bytes_.size() + 1;
                from_[to] = before(rank, held);
                moves_[to] = sums[past] - sums[past - static_cast<size_t>(count)];
                messages_[to] = count;
            }
            ready_ = has;
            arrived_ = has;
            round(true);
            for (int rank = 0; rank < ranks_; ++rank)
                for (int i = 0; i < count; ++i) note_taken(before(rank, held + i), rank);
            for (size_t rank = 0; rank < has.size(); ++rank) has[rank] = std::max(has[rank], arrived_[rank]);
        }
    }

    /// One after the other, from the first rank on, as transfers are listed.
    void in_turn() {
        for (int turn = 0; turn < ranks_ - 1; ++turn) {
            for (int rank = 0; rank < ranks_; ++rank) {
                const int owner = turn < rank ? turn : turn + 1;
                from_[static_cast<size_t>(rank)] = owner;
                moves_[static_cast<size_t>(rank)] = bytes_of(owner);
            }
            ready_ = published_;
            arrived_ = ready_;
            round(true);
            for (int rank = 0; rank < ranks_; ++rank) note_taken(from_[static_cast<size_t>(rank)], rank);
        }
    }

    /// All at once: every link moves all that has to pass it, and who uses it waits for that.
    void at_once() {
        const Network network(machine_, ranks_, slow_ranks_);
        std::vector<double> passes(static_cast<size_t>(network.links()), 0.0);
        const auto for_links = [&](int owner, int rank, const auto& visit) {
            check_(4);
            for (const DirectedLink link : network.make_path(owner, rank))
                visit(passes[static_cast<size_t>(link)], network.bytes_per_second(link));
        };
        for (int owner = 0; owner < ranks_; ++owner)
            for (int rank = 0; rank < ranks_; ++rank)
                if (rank != owner && bytes_of(owner) > 0)
                    for_links(owner, rank, [&](double& seconds, double bytes_per_second) {
                        seconds += static_cast<double>(bytes_of(owner)) / bytes_per_second;
                    });
        for (int rank = 0; rank < ranks_; ++rank) {
            GatherTimes& times = at(rank);
            double first = 0;  // of its first byte
            bool any = false;
            for (int owner = 0; owner < ranks_; ++owner) {
                if (rank == owner || bytes_of(owner) == 0) continue;
                double seconds = 0;
                for_links(owner, rank, [&](double passing, double) { seconds = std::max(seconds, passing); });
                const double delay = machine_.message_seconds + network.latency_seconds(owner, rank);
                const double ready = published_[static_cast<size_t>(owner)];
                const double begin = std::max(published_[static_cast<size_t>(rank)], ready) + delay;
                first = any ? std::min(first, begin) : begin;
                any = true;
                times.received = std::max(times.received, begin + seconds);
                at(owner).taken = std::max(at(owner).taken, begin + seconds);
            }
            if (!any) continue;
            times.link_seconds = first - published_[static_cast<size_t>(rank)];
            times.moving_seconds = times.received - first;
        }
    }

    void note_taken(int owner, int by) {
        if (bytes_of(owner) > 0)
            at(owner).taken = std::max(at(owner).taken, arrived_[static_cast<size_t>(by)]);
    }

    /// Every rank brings in moves_ bytes from from_, once that has them at ready_.
    void round(bool new_pairs) {
        check_(8 * int64_t{ranks_});
        if (new_pairs) {
            links_.forget_pairs();
            for (int rank = 0; rank < ranks_; ++rank) links_.add_pair(from_[static_cast<size_t>(rank)], rank);
            std::vector<int> all(static_cast<size_t>(ranks_));
            std::iota(all.begin(), all.end(), 0);
            links_.set_active(all);
        }
        links_.clear();
        for (int rank = 0; rank < ranks_; ++rank)
            if (const int64_t bytes = moves_[static_cast<size_t>(rank)]; bytes > 0) links_.add(rank, bytes);
        links_.share_out();
        for (int rank = 0; rank < ranks_; ++rank) bring_in(rank);
    }

    void bring_in(int rank) {
        const auto to = static_cast<size_t>(rank);
        if (moves_[to] == 0) return;
        GatherTimes& times = at(rank);
        const double delay = links_.delay_seconds(rank);
        const double free = times.received;
        const double ready = ready_[static_cast<size_t>(from_[to])];
        double begin = std::max(free, ready) + delay * messages_[to];
        if (machine_.receives_at_once) begin = std::max(free, ready + delay);
        // One share after the other leaves a rank; those that many fetch at once share its link.
        double& sends_until = sends_until_[static_cast<size_t>(from_[to])];
        const bool fetched_at_once = machine_.gather == GatherAlgorithm::direct && !machine_.receives_at_once;
        if (!fetched_at_once) begin = std::max(begin, sends_until);
        const double late = std::max(0.0, std::min(ready, begin) - free);
        times.late_seconds += late;
        times.link_seconds += begin - free - late;
        const double seconds = links_.seconds(rank, moves_[to]);
        times.moving_seconds += seconds;
        times.received = begin + seconds;
        sends_until = std::max(sends_until, times.received);
        arrived_[to] = times.received;
    }

    const MachineModel& machine_;
    const std::vector<SlowRank>& slow_ranks_;
    const std::vector<double>& published_;
    const std::vector<int64_t>& bytes_;
    StopCheck& check_;
    const int ranks_;
    StepLinks links_;  // pair k: what rank k receives in this round
    std::vector<GatherTimes> times_;
    std::vector<int> from_;
    std::vector<int64_t> moves_;
    std::vector<int> messages_;
    std::vector<double> sends_until_;  // by rank: its last transfer to another
    std::vector<double> ready_, arrived_;
};

}  // namespace

std::vector<GatherTimes> gather_times(const MachineModel& machine, const std::vector<SlowRank>& slow_ranks,
                                      const std::vector<double>& published, const std::vector<int64_t>& bytes,
                                      StopCheck& check) {
    return GatherRounds(machine, slow_ranks, published, bytes, check).run();
}

}  // namespace ringscope
