# Compiles the attention kernels for one architecture at a time and reads the assembler's report: no kernel may spill a
# register or keep an array outside the registers.
#   cmake -DNVCC=<nvcc> -DROOT=<source tree> -DSCRATCH=<folder> -DARCHITECTURES=80,90a -DKERNELS=a.cu,b.cu -P cuda_spills.cmake
cmake_minimum_required(VERSION 3.22)

file(MAKE_DIRECTORY ${SCRATCH})
string(REPLACE "," ";" ARCHITECTURES "${ARCHITECTURES}")
string(REPLACE "," ";" KERNELS "${KERNELS}")
execute_process(COMMAND ${NVCC} --list-gpu-code OUTPUT_VARIABLE known)
set(problems "")
set(kernels_read 0)
foreach(architecture IN LISTS ARCHITECTURES)
    string(REGEX REPLACE "[af]$" "" plain ${architecture})
    if(NOT known MATCHES "sm_${plain}\n")
        message(STATUS "sm_${architecture}: this toolkit has it not")
        continue()
    endif()
    foreach(kernel IN LISTS KERNELS)
        execute_process(
            COMMAND ${NVCC} -std=c++20 -O3 --expt-relaxed-constexpr -Xptxas -v -I${ROOT} -cubin -arch=sm_${architecture}
                    -o ${SCRATCH}/kernel_${architecture}.cubin ${kernel}
            RESULT_VARIABLE failed OUTPUT_VARIABLE report ERROR_VARIABLE report)
        if(failed)
            message(FATAL_ERROR "${kernel} for sm_${architecture}:\n${report}")
        endif()
        string(REGEX MATCHALL "[0-9]+ bytes stack frame, [0-9]+ bytes spill stores, [0-9]+ bytes spill loads" lines "${report}")
        foreach(line IN LISTS lines)
            math(EXPR kernels_read "${kernels_read} + 1")
            if(NOT line STREQUAL "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads")
                list(APPEND problems "${kernel}, sm_${architecture}: ${line}")
            endif()
        endforeach()
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
