#include "ui/views/ring/ring_table.h"

#include "engine/base/number_text.h"
#include "ui/widgets/plot.h"

namespace ringscope {

void draw_rank_table(const RingMoment& moment, ImVec2 size) {
    static constexpr const char* columns[] = {"rank", "does", "sends", "receives"};
    if (!begin_table("ring table", columns, size)) return;
    std::vector<std::string> sends(moment.ranks.size()), receives(moment.ranks.size());
    for (const TravellingChunk& chunk : moment.travelling) {
        const Transfer& t = moment.schedule->transfers[chunk.transfer];
        const std::string bytes = bytes_text(static_cast<double>(t.bytes));
        sends[t.from] += (sends[t.from].empty() ? "" : "; ") + bytes + " to " + std::to_string(t.to);
        receives[t.to] += (receives[t.to].empty() ? "" : "; ") + bytes + " from " + std::to_string(t.from);
    }
    for (size_t rank = 0; rank < moment.ranks.size(); ++rank) {
        const std::string cells[] = {std::to_string(rank), doing_text(moment.ranks[rank]),
                                     sends[rank].empty() ? "-" : sends[rank],
                                     receives[rank].empty() ? "-" : receives[rank]};
        table_row(cells);
    }
    ImGui::EndTable();
}

}  // namespace ringscope
