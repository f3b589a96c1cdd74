#include "sessions/report/html_trace_comparison.h"

#include <algorithm>

#include "sessions/atomic_file.h"
#include "sessions/report/html_page.h"
#include "sessions/report/html_text.h"
#include "sessions/report/html_trace.h"
#include "sessions/traces/trace_tables.h"

namespace ringscope {

namespace {

constexpr size_t kMostRows = 200;  // of a table

std::string cell_html(const TraceCell& cell, bool is_text) {
    const std::string text = html_escaped(cell.text);
    const std::string shown =
        cell.seconds ? "<data value=\"" + exact_text(*cell.seconds) + "\">" + text + "</data>" : text;
    const char* kind = cell.grew ? " class=\"warning\"" : cell.shrank ? " class=\"best\"" : "";
    return std::string("<td") + kind + (is_text ? " style=\"text-align:left\">" : ">") + shown + "</td>";
}

std::string table_html(const TraceTable& table) {
    std::string text = "<section id=\"" + html_escaped(table.key) + "\"><h2>" + html_escaped(table.title) +
                       "</h2>\n<div class=\"wide\"><table><tr>";
    for (const TraceTable::Column& column : table.columns)
        text += std::string("<th") + (column.is_text ? " style=\"text-align:left\"" : "") + " title=\"" +
                html_escaped(column.hint) + "\">" + html_escaped(column.title) + "</th>";
    text += "</tr>\n";
    const size_t shown = std::min(table.rows.size(), kMostRows);
    for (size_t row = 0; row < shown; ++row) {
        text += "<tr>";
        for (size_t column = 0; column < table.columns.size(); ++column)
            text += cell_html(table.rows[row][column], table.columns[column].is_text);
        text += "</tr>\n";
    }
    text += "</table></div>";
    if (shown < table.rows.size())
        text += "<p class=\"dim\">and " + std::to_string(table.rows.size() - shown) +
                " more; compare --json has all.</p>";
    return text + "</section>\n";
}

}  // namespace

std::string trace_comparison_to_html(const ImportedTraces& traces, const TraceComparison& comparison,
                                     const std::vector<int64_t>& ids) {
    std::string title;
    for (const auto& trace : traces) title += (title.empty() ? "" : " / ") + trace->name;
    std::string body = "<h1>" + html_escaped(title) + "</h1>\n<p class=\"verdict\" id=\"verdict\">";
    for (const std::string& sentence : comparison.sentences) body += html_escaped(sentence) + "\n";
    if (comparison.sentences.empty()) body += "The traces have no slices.";
    body +=
        "</p>\n<p class=\"dim\">Traces of other programs: nothing says that they did the same work.</p>\n";
    for (const TraceTable& table : trace_tables(traces, comparison, ids)) body += table_html(table);
    for (size_t i = 0; i < traces.size(); ++i) body += trace_section(*traces[i], i + 1, false);
    return html_page(title, body);
}

void save_trace_comparison(const ImportedTraces& traces, const TraceComparison& comparison,
                           const std::vector<int64_t>& ids, const std::string& path,
                           const std::stop_token& stop) {
    AtomicFile file(path, stop);
    file.write(trace_comparison_to_html(traces, comparison, ids));
    file.commit();
}

}  // namespace ringscope
