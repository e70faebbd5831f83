#pragma once

namespace sio::greenlet {

/// Gives the calling thread a stack for signal handlers, unless it has one, and (once for the process) installs a
/// SIGSEGV handler that recognises an access to a guard: it writes which greenlet overflowed its stack to standard error
/// and leaves the rest to the handler that was installed before, by default the end of the process with a core file.
class OverflowReport {
public:
    OverflowReport();
    ~OverflowReport();
    OverflowReport(const OverflowReport&) = delete;
    OverflowReport& operator=(const OverflowReport&) = delete;

private:
    char* signal_stack_ = nullptr;
};

}  // namespace sio::greenlet
