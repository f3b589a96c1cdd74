// A run file's way from disk to a connection: is it ours, is it whole, is it of this version?
//
// Schema steps are schema/NNN_what.sql. Step N brings a file from user_version N - 1 to N. To add one: write
// the next number's file, add it to RINGSCOPE_SCHEMA in sessions/CMakeLists.txt, and add its row to the
// migration test. A step that was shipped is never edited. A step runs with foreign keys off, inside one
// transaction with all others, and foreign_key_check must be clean before the commit. What SQL cannot compute is
// a function of schema_functions.h.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sessions/store/database.h"
#include "sessions/store/store_state.h"

namespace ringscope {

using SchemaSteps = std::span<const char* const>;

/// The steps this version knows, in order.
SchemaSteps schema_steps();

struct RunFile {
    std::unique_ptr<Db> db;
    StoreState state = StoreState::writable;
    std::string message;
    std::vector<std::string> foreign{};  // objects of the schema for which the file is only read
    bool has_foreign_expressions = false;
    bool has_strangers = false;  // objects beside ours, left alone
};

/// Opens PATH as run_store.h says; `create` makes it when it is missing or empty. A file of an older version with
/// a foreign schema is migrated in a private copy, which is read in its place. Other steps than schema_steps()
/// are for tests. Throws Error(io).
RunFile open_run_file(const std::string& path, bool create, SchemaSteps steps = schema_steps());

}  // namespace ringscope
