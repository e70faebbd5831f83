#include "greenlet/stack_region.hpp"

namespace sio::greenlet {

namespace {

std::atomic<StackRegion*> regions{nullptr};
std::atomic<std::uint64_t> regions_gone{0};

}  // namespace

StackRegion* add_stack_region(char* begin, char* end, std::size_t slot_bytes, std::size_t guard_bytes,
                              const char* option) {
    StackRegion* region = regions.load();
    while (region && region->taken.exchange(true)) region = region->next;
    if (!region) {
        region = new StackRegion;
        region->taken = true;
        region->next = regions.load();
        while (!regions.compare_exchange_weak(region->next, region)) {
        }
    }
    region->slot_bytes = slot_bytes;
    region->guard_bytes = guard_bytes;
    region->option = option;
    region->end = reinterpret_cast<std::uintptr_t>(end);
    region->begin = reinterpret_cast<std::uintptr_t>(begin);
    return region;
}

void remove_stack_region(StackRegion* region) noexcept {
    region->begin = 0;
    region->end = 0;
    region->taken = false;
    ++regions_gone;
}

StackPlace find_stack(const void* address) noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    for (const StackRegion* region = regions.load(); region; region = region->next) {
        const std::uintptr_t begin = region->begin.load();
        if (begin == 0 || at < begin || at >= region->end.load()) continue;
        const std::size_t slot = region->slot_bytes.load();
        const std::size_t guard = region->guard_bytes.load();
        const std::size_t into_slot = (at - begin) % slot;
        return {at - into_slot + guard, slot - guard, region->option.load(), into_slot < guard};
    }
    return {};
}

std::uint64_t stack_regions_gone() noexcept { return regions_gone.load(std::memory_order_relaxed); }

}  // namespace sio::greenlet
