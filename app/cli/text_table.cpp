#include "app/cli/text_table.h"

#include <algorithm>

#include "engine/base/error.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

size_t width_of(const std::string& text) {
    return static_cast<size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
    RINGSCOPE_CHECK(cells.size() == columns_.size());
    for (std::string& cell : cells) cell = one_line(cell);
    rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
    std::vector<std::vector<std::string>> lines;
    lines.emplace_back();
    for (const Column& column : columns_) lines[0].push_back(column.title);
    lines.insert(lines.end(), rows_.begin(), rows_.end());

    std::vector<size_t> widths(columns_.size());
    for (const auto& line : lines)
        for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));

    std::string text;
    for (const auto& line : lines) {
        std::string row;
        for (size_t i = 0; i < line.size(); ++i) {
            const std::string padding(widths[i] - width_of(line[i]), ' ');
            if (i > 0) row += "  ";
            row += columns_[i].align == Align::right ? padding + line[i] : line[i] + padding;
        }
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + '\n';
    }
    return text;
}

}  // namespace ringscope
