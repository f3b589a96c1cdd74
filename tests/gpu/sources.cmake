# Of gpu_check; also for the test that runs it on the tests' own runtime (tests/CMakeLists.txt).
set(gpu_check_sources "")
foreach(source answer_checks cudnn_checks fault_checks golden_checks gpu_check nccl_checks report timings)
    list(APPEND gpu_check_sources ${CMAKE_CURRENT_LIST_DIR}/${source}.cpp)
endforeach()
list(APPEND gpu_check_sources ${CMAKE_CURRENT_LIST_DIR}/../random_problem.cpp)
