#include "database/postgres/connect.hpp"

#include <sys/epoll.h>

#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <sio/error.hpp>
#include <sio/log.hpp>
#include <sio/postgres/error.hpp>
#include <sio/resolve.hpp>

#include "database/postgres/server_error.hpp"
#include "io/limited.hpp"
#include "io/wait_descriptor.hpp"

namespace sio::postgres {

namespace {

using Settings = std::map<std::string, std::string>;

struct FreeSettings {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using ParsedSettings = std::unique_ptr<PQconninfoOption, FreeSettings>;

Settings parse(const std::string& target) {
    char* why = nullptr;
    const ParsedSettings parsed(PQconninfoParse(target.c_str(), &why));
    const std::unique_ptr<char, void (*)(void*)> owner(why, &PQfreemem);
    if (!parsed) throw sio::Error(errc::invalid_value, why ? why : "the connection string cannot be parsed");
    Settings settings;
    for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
        if (option->val) settings.emplace(option->keyword, option->val);
    }
    return settings;
}

/// Adds what the environment says about one setting, for those that must be known before libpq looks.
void add_default(Settings& settings, const char* name, const char* variable) {
    if (settings.contains(name)) return;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): as libpq does
    if (const char* value = std::getenv(variable)) settings.emplace(name, value);
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (;;) {
        const auto comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

std::string join(const std::vector<std::string>& parts) {
    std::string list = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) list += "," + parts[i];
    return list;
}

Error no_connection(const std::string& why) {
    Error::Fields fields;
    fields.severity = "FATAL";
    fields.sqlstate = "08001";
    return {why, std::move(fields)};
}

/// libpq would look names up while the loop waits. So each host that is a name becomes its addresses, as `hostaddr`; the
/// name stays, for certificates and password files.
void resolve_hosts(Settings& settings) {
    add_default(settings, "host", "PGHOST");
    add_default(settings, "hostaddr", "PGHOSTADDR");
    add_default(settings, "port", "PGPORT");
    if (settings.contains("service") || std::getenv("PGSERVICE")) return;  // NOLINT(concurrency-mt-unsafe)
    if (!settings.contains("host") || settings.contains("hostaddr")) return;

    const auto hosts = split(settings["host"]);
    const auto given_ports = split(settings["port"]);
    if (given_ports.size() != 1 && given_ports.size() != hosts.size()) return;  // libpq says what is wrong
    std::vector<std::string> names;
    std::vector<std::string> addresses;
    std::vector<std::string> ports;
    std::exception_ptr failure;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const auto add = [&](const std::string& address) {
            names.push_back(hosts[i]);
            addresses.push_back(address);
            ports.push_back(given_ports.size() == 1 ? given_ports[0] : given_ports[i]);
        };
        if (hosts[i].empty() || hosts[i].starts_with('/') || hosts[i].starts_with('@')) {
            add("");  // a Unix socket
            continue;
        }
        try {
            for (const Address& address : resolve({hosts[i], 0})) add(address.host);
        } catch (const std::system_error&) {
            failure = std::current_exception();  // another host may do
        }
    }
    if (addresses.empty()) std::rethrow_exception(failure);
    settings["host"] = join(names);
    settings["hostaddr"] = join(addresses);
    settings["port"] = join(ports);
}

ConnectionHandle start(const Settings& settings) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : settings) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    return ConnectionHandle(PQconnectStartParams(names.data(), values.data(), 0));
}

void log_notice(void*, const PGresult* notice) {
    const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char* text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    if (!severity || !text) return;
    const bool warning = std::string_view(severity) == "WARNING";
    try {
        log(warning ? LogLevel::warning : LogLevel::debug, "postgres", std::string(severity) + ": " + text);
    } catch (const std::exception&) {
        // libpq, which calls this, knows no exceptions.
    }
}

ConnectionHandle connect_to(Settings settings) {
    try {
        resolve_hosts(settings);
    } catch (const std::system_error& error) {
        throw no_connection(error.what());
    }
    ConnectionHandle connection = start(settings);
    if (!connection || PQstatus(connection.get()) == CONNECTION_BAD) throw error_of(connection.get(), "08001");
    PQsetNoticeReceiver(connection.get(), &log_notice, nullptr);
    // libpq wants to be called as if PQconnectPoll() had said so, first.
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(connection.get())) {
        if (state == PGRES_POLLING_FAILED) throw error_of(connection.get(), "08001");
        // Asked for each time: libpq may have gone on to another address.
        io::wait_descriptor(PQsocket(connection.get()), state == PGRES_POLLING_READING ? EPOLLIN : EPOLLOUT);
    }
    if (PQsetnonblocking(connection.get(), 1) != 0) throw error_of(connection.get(), "08001");
    return connection;
}

}  // namespace

ConnectionHandle connect(const ConnectOptions& options) {
    detail::require_greenlet("postgres::Connection");
    ConnectionHandle connection;
    if (!io::within(options.connect_timeout, [&] { connection = connect_to(parse(options.target)); }))
        throw no_connection("PostgreSQL did not answer within connect_timeout");
    return connection;
}

}  // namespace sio::postgres
