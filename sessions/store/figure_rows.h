// Figures in the run file. One whose key is a column of run, verification or rank_metric stands there; every
// other one is a row of run_figure or rank_figure, so a new figure needs no schema step. Figures that follow
// from the rest of a run are kept for lists only: an opened run derives them again. For run_rows.cpp.
#pragma once

#include <string>
#include <vector>

#include "engine/analysis/figures.h"
#include "sessions/store/database.h"
#include "sessions/store/run_record.h"

namespace ringscope {

/// A damaged file of an earlier schema is read as it is, without the tables that came later.
bool has_table(Db& db, const char* table);

/// Those with a column in the table ("run", "verification"), in the list's order.
std::vector<const Figure*> figures_in(Db& db, const char* table);

/// ", r.seconds, r.flops" with the prefix "r."; "" for none.
std::string column_list(const std::vector<const Figure*>& figures, const char* prefix = "");
/// As many parameters: "?,?,?".
std::string parameter_list(size_t count);

/// A value in its column's type: bytes and counts are whole.
void bind_figure(Statement& statement, double value, Unit unit);

/// The figures of the run that have no column, and those of its ranks with all that is known of each.
void insert_figures(Db& db, int64_t id, const FigureValues& figures, const Metrics& metrics);

/// Fills in the metrics that a run keeps, of itself and of its ranks.
void read_figures(Db& db, int64_t id, Run& run);

/// Fills in what lists show of the figures without a column. `runs` are in descending order of id; `id` set:
/// of that run only.
void read_listed_figures(Db& db, const int64_t* id, std::vector<RunSummary>& runs);

}  // namespace ringscope
