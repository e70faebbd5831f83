#pragma once

#include <functional>
#include <type_traits>
#include <utility>

namespace sio::detail {

/// `function(connection)` between begin() and commit(); rollback(), which throws nothing, when either throws.
template <class Connection, class Function>
auto run_transaction(Connection& connection, Function&& function) -> std::invoke_result_t<Function&, Connection&> {
    connection.begin();
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Function&, Connection&>>) {
            std::invoke(function, connection);
            connection.commit();
        } else {
            decltype(auto) result = std::invoke(function, connection);
            connection.commit();
            return result;
        }
    } catch (...) {
        connection.rollback();
        throw;
    }
}

}  // namespace sio::detail
