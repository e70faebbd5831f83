#include "adapter/memory_adapter.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "unit/adapter/adapter_contract.hpp"

using sio::adapter::MemoryAdapter;
using namespace sio::test;

TEST_CASE("MemoryAdapter keeps the contract of adapters") {
    check_adapter_contract([] { return std::make_unique<MemoryAdapter>(); });
}

TEST_CASE("nothing is left of rooms and namespaces that nobody is in") {
    MemoryAdapter adapter;
    {
        Member a(adapter, "a"), b(adapter, "b", "/b");
        adapter.join(a, "x");
        adapter.join(b, "x");
        adapter.join(b, "y");
        CHECK(adapter.namespace_count() == 2);
        CHECK(adapter.room_count() == 3);
        adapter.leave(b, "y");
        CHECK(adapter.room_count() == 2);
        // Also when they go in the middle of a broadcast.
        a.on_deliver = [&] { adapter.remove(a); };
        say(adapter, target({"x"}), "bye");
        CHECK(adapter.namespace_count() == 1);
        CHECK(adapter.room_count() == 1);
    }
    CHECK(adapter.namespace_count() == 0);
    CHECK(adapter.room_count() == 0);
}
