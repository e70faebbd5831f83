#include "util/exception_text.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

#include <sio/error.hpp>
#include <sio/log.hpp>

namespace sio::util {

namespace {

std::string readable(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                      std::free);
    return name ? name.get() : type.name();
}

}  // namespace

std::string exception_text(const std::exception_ptr& error) {
    if (!error) return {};
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return readable(typeid(exception)) + ": " + exception.what();
    } catch (const Timeout& timeout) {
        return readable(typeid(timeout)) + ": " + timeout.what();
    } catch (const std::string& text) {
        return text;
    } catch (const char* text) {
        return text;
    } catch (...) {
        const std::type_info* type = abi::__cxa_current_exception_type();
        return type ? "exception of type " + readable(*type) : "unknown exception";
    }
}

void log_escaped(const char* component, const char* from) noexcept {
    try {
        log(LogLevel::error, component, std::string(from) + ": " + exception_text(std::current_exception()));
    } catch (...) {
        // That is all that could be done.
    }
}

}  // namespace sio::util
