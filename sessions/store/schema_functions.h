// SQL functions that schema steps call, for what SQL cannot compute. A function that a shipped step calls stays.
//
//     experiment_hash(json)   experiment_hash() of run_record.h; NULL for a text that is no experiment
//     valid_text(text)        stored_text() of plain_text.h; NULL for NULL
#pragma once

namespace ringscope {

class Db;

/// For this connection, and only for statements of the program: no trigger or view of a file can call them.
void define_schema_functions(Db& db);

}  // namespace ringscope
