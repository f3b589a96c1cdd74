# Compiles the kernels for every architecture, several at a time, and reads the assembler's report: no kernel may spill a
# register or keep an array outside the registers.
#   cmake -DNVCC=<nvcc> -DROOT=<source tree> -DSCRATCH=<folder> -DARCHITECTURES=80,90a -DKERNELS=a.cu,b.cu -P cuda_spills.cmake
cmake_minimum_required(VERSION 3.22)

file(MAKE_DIRECTORY ${SCRATCH})
string(REPLACE "," ";" ARCHITECTURES "${ARCHITECTURES}")
string(REPLACE "," ";" KERNELS "${KERNELS}")
execute_process(COMMAND ${NVCC} --list-gpu-code OUTPUT_VARIABLE known)
set(targets "")
foreach(architecture IN LISTS ARCHITECTURES)
    string(REGEX REPLACE "[af]$" "" plain ${architecture})
    if(known MATCHES "sm_${plain}\n")
        list(APPEND targets -gencode arch=compute_${architecture},code=sm_${architecture})
    else()
        message(STATUS "sm_${architecture}: this toolkit has it not")
    endif()
endforeach()

set(problems "")
set(kernels_read 0)
foreach(kernel IN LISTS KERNELS)
    get_filename_component(name ${kernel} NAME_WE)
    execute_process(
        COMMAND ${NVCC} -std=c++20 -O3 --expt-relaxed-constexpr -Xptxas -v -I${ROOT} -fatbin --threads 0 ${targets}
                -o ${SCRATCH}/${name}.fatbin ${kernel}
        RESULT_VARIABLE failed OUTPUT_VARIABLE report ERROR_VARIABLE report)
    if(failed)
        message(FATAL_ERROR "${kernel}:\n${report}")
    endif()
    string(REGEX MATCHALL "[0-9]+ bytes stack frame, [0-9]+ bytes spill stores, [0-9]+ bytes spill loads" lines "${report}")
    foreach(line IN LISTS lines)
        math(EXPR kernels_read "${kernels_read} + 1")
        if(NOT line STREQUAL "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads")
            list(APPEND problems "${kernel}: ${line}")
        endif()
    endforeach()
endforeach()

if(kernels_read EQUAL 0)
    message(FATAL_ERROR "no kernel was reported on: wrong KERNELS or ARCHITECTURES?")
endif()
if(problems)
    list(JOIN problems "\n  " text)
    message(FATAL_ERROR "registers spill:\n  ${text}")
endif()
message(STATUS "${kernels_read} kernels, none spills")
