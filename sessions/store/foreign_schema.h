// What stands in a run file's schema that this program did not put there.
//
// A file may come from anybody, and SQLite runs what a schema says: a trigger of it changes other rows, a view
// in place of a table never ends, a generated column takes any amount of memory. No trigger runs and no view
// is read on our connections (database.h); here is told what else a file may be used for:
//
//   beside ours   tables, views, and plain indices of other names   the file is used as any other
//   only read     triggers, other kinds of indices, virtual tables; our tables with other columns or
//                 constraints, or missing ones                      the file is opened read-only
//   not read      a view, a virtual table or generated columns in place of one of our tables
//                                                                   reading that table is damage
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "sessions/store/database.h"

namespace ringscope {

struct ForeignSchema {
    std::vector<std::string> beside;    // "view my_view"
    std::vector<std::string> indices;   // the statements of those beside that are indices
    std::vector<std::string> problems;  // "trigger tr on run"; empty: the file may be written
    std::set<std::string> unreadable;   // our tables that are not read
    /// Checking the file's rows evaluates expressions that are not ours.
    bool has_expressions = false;
};

/// Compares the file's schema with what `steps`, those of its version, make. Throws DbError.
ForeignSchema foreign_schema(Db& db, std::span<const char* const> steps);

/// The first of them, and how many more there are: "trigger tr on run and 2 more".
std::string first_and_more(const std::vector<std::string>& objects);

}  // namespace ringscope
