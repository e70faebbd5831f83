#include "store.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "sqlite.hpp"

namespace chat {
namespace {

/// A directory that is gone at the end of the test.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "chat-test-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

    std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a database is made at the first start and kept over a second") {
    TemporaryDirectory directory;
    const auto file = directory.file("chat.db");
    {
        Store store(file);
        const auto room = store.create_room("General").room;
        const auto ada = store.sign_in("browser", "ada");
        REQUIRE(store.add_message(room.id, ada, "ada", "hello", "c1").has_value());
    }
    Store store(file);
    const auto room = store.find_room("general");
    REQUIRE(room.has_value());
    CHECK(room->name == "General");
    const auto history = store.history(room->id, {}, 0, 50);
    REQUIRE(history.messages.size() == 1);
    CHECK(history.messages[0].text == "hello");
    CHECK(store.sign_in("browser", "Ada") == history.messages[0].user);
}

TEST_CASE("a setting is made once") {
    TemporaryDirectory directory;
    const auto file = directory.file("chat.db");
    CHECK(Store(file).setting("key", [] { return std::string("first"); }) == "first");
    CHECK(Store(file).setting("key", [] { return std::string("second"); }) == "first");
    Store(file).set_setting("key", "third");
    Store(file).set_setting("new", "fourth");
    CHECK(Store(file).setting("key", [] { return std::string("second"); }) == "third");
    CHECK(Store(file).setting("new", [] { return std::string("second"); }) == "fourth");
}

TEST_CASE("a database of a newer chat is refused with both versions named") {
    TemporaryDirectory directory;
    const auto file = directory.file("chat.db");
    {
        const Store made(file);
    }
    Database(file).execute("PRAGMA user_version = 99");
    CHECK_THROWS_WITH(Store{file}, "the database has schema version 99, made by a newer chat; this one knows up to 1");
}

TEST_CASE("another program's database is refused and not changed") {
    TemporaryDirectory directory;
    const auto file = directory.file("other.db");
    Database(file).execute("CREATE TABLE things (id INTEGER)");
    CHECK_THROWS_WITH(Store{file}, "the database file belongs to another program");
    Database database(file);
    auto row = database.query("SELECT count(*) FROM sqlite_schema");
    REQUIRE(row.next());
    CHECK(row.integer(0) == 1);
}

TEST_CASE("a file that is no database, or that cannot be opened, is an error with words") {
    TemporaryDirectory directory;
    CHECK_THROWS_AS(Store(directory.file("missing/chat.db")), SqliteError);
    CHECK_THROWS_AS(Store{directory.file("")}, SqliteError);
}

TEST_CASE("rooms whose names look the same are one room") {
    Store store(":memory:");
    const auto first = store.create_room("General");
    const auto second = store.create_room("GENERAL");
    CHECK(first.is_new);
    CHECK_FALSE(second.is_new);
    CHECK(second.room.id == first.room.id);
    CHECK(second.room.name == "General");
}

TEST_CASE("rooms whose names have one slug get numbers") {
    Store store(":memory:");
    CHECK(store.create_room("C").room.slug == "c");
    CHECK(store.create_room("C++").room.slug == "c-2");
    CHECK(store.create_room("C#").room.slug == "c-3");
}

TEST_CASE("rooms come in the order of their names, with the time of the last message") {
    Store store(":memory:");
    const auto zoo = store.create_room("Zoo").room;
    store.create_room("attic");
    const auto ada = store.sign_in("browser", "ada");
    const auto stored = store.add_message(zoo.id, ada, "ada", "hello", std::nullopt);
    const auto rooms = store.rooms();
    REQUIRE(rooms.size() == 2);
    CHECK(rooms[0].room.name == "attic");
    CHECK_FALSE(rooms[0].last_at.has_value());
    CHECK(rooms[1].last_at == stored->message.at);
}

TEST_CASE("a user is a nickname in a browser") {
    Store store(":memory:");
    const auto ada = store.sign_in("browser 1", "ada");
    CHECK(store.sign_in("browser 1", "ada") == ada);
    CHECK(store.sign_in("browser 1", "bob") != ada);
    CHECK(store.sign_in("browser 2", "ada") != ada);
}

TEST_CASE("a message that comes twice is stored once") {
    Store store(":memory:");
    const auto room = store.create_room("General").room;
    const auto ada = store.sign_in("a", "ada");
    const auto bob = store.sign_in("b", "bob");
    const auto first = store.add_message(room.id, ada, "ada", "hello", "same");
    const auto again = store.add_message(room.id, ada, "ada", "hello", "same");
    CHECK(first->is_new);
    CHECK_FALSE(again->is_new);
    CHECK(again->message.id == first->message.id);
    CHECK(again->message.at == first->message.at);
    CHECK(store.add_message(room.id, bob, "bob", "hello", "same")->is_new);  // another's id is no repeat
    CHECK(store.add_message(room.id, ada, "ada", "no id", std::nullopt)->is_new);
    CHECK(store.add_message(room.id, ada, "ada", "no id", std::nullopt)->is_new);
}

TEST_CASE("history pages forwards, backwards and from the end") {
    Store store(":memory:");
    const auto room = store.create_room("General").room;
    const auto ada = store.sign_in("a", "ada");
    std::vector<std::int64_t> ids;
    ids.reserve(7);
    for (int number = 0; number < 7; ++number) {
        ids.push_back(store.add_message(room.id, ada, "ada", std::to_string(number), std::nullopt)->message.id);
    }
    const auto texts = [&](const HistoryQuery& query) {
        std::string all;
        const auto history = store.history(room.id, query, 0, 3);
        for (const auto& message : history.messages) all += message.text;
        return all + (history.more ? "+" : "");
    };
    CHECK(texts({}) == "456+");
    CHECK(texts({.before = ids[4]}) == "123+");
    CHECK(texts({.before = ids[1]}) == "0");
    CHECK(texts({.after = ids[0]}) == "123+");
    CHECK(texts({.after = ids[3]}) == "456");
    CHECK(texts({.after = ids[6]}).empty());
}

TEST_CASE("history tells client ids to their author only") {
    Store store(":memory:");
    const auto room = store.create_room("General").room;
    const auto ada = store.sign_in("a", "ada");
    const auto bob = store.sign_in("b", "bob");
    store.add_message(room.id, ada, "ada", "hello", "of ada");
    CHECK(store.history(room.id, {}, ada, 9).messages.at(0).client_id == "of ada");
    CHECK_FALSE(store.history(room.id, {}, bob, 9).messages.at(0).client_id.has_value());
}

TEST_CASE("hostile text goes in and out unchanged") {
    Store store(":memory:");
    const std::string hostile = "'; DROP TABLE messages; --\n<img src=x onerror=alert(1)>\u202e\u0000x";
    const auto room = store.create_room("x'; DROP TABLE rooms; --").room;
    const auto ada = store.sign_in("a", hostile);
    store.add_message(room.id, ada, hostile, hostile, hostile);
    const auto message = store.history(room.id, {}, ada, 9).messages.at(0);
    CHECK(message.text == hostile);
    CHECK(message.nickname == hostile);
    CHECK(message.client_id == hostile);
}

TEST_CASE("with a room go its messages, and nothing can be said there any more") {
    Store store(":memory:");
    const auto room = store.create_room("General").room;
    const auto ada = store.sign_in("a", "ada");
    store.add_message(room.id, ada, "ada", "hello", std::nullopt);
    CHECK(store.remove_room(room.id)->slug == "general");
    CHECK_FALSE(store.remove_room(room.id).has_value());
    CHECK(store.counts().messages == 0);
    CHECK(store.counts().users == 1);
    CHECK_FALSE(store.add_message(room.id, ada, "ada", "hello?", std::nullopt).has_value());
}

TEST_CASE("with a user go their messages") {
    Store store(":memory:");
    const auto room = store.create_room("General").room;
    const auto ada = store.sign_in("a", "ada");
    const auto bob = store.sign_in("b", "bob");
    store.add_message(room.id, ada, "ada", "hello", std::nullopt);
    store.add_message(room.id, bob, "bob", "hi", std::nullopt);
    CHECK(store.remove_user(ada));
    CHECK_FALSE(store.remove_user(ada));
    REQUIRE(store.history(room.id, {}, 0, 9).messages.size() == 1);
    CHECK(store.history(room.id, {}, 0, 9).messages[0].nickname == "bob");
    CHECK_FALSE(store.add_message(room.id, ada, "ada", "again", std::nullopt).has_value());
}

TEST_CASE("a removed message's id is not given again") {
    Store store(":memory:");
    const auto room = store.create_room("General").room;
    const auto ada = store.sign_in("a", "ada");
    const auto first = store.add_message(room.id, ada, "ada", "one", std::nullopt)->message.id;
    CHECK(store.remove_message(first)->slug == "general");
    CHECK_FALSE(store.remove_message(first).has_value());
    CHECK(store.add_message(room.id, ada, "ada", "two", std::nullopt)->message.id > first);
}

TEST_CASE("the administration lists the newest first, page by page") {
    Store store(":memory:");
    const auto room = store.create_room("General").room;
    const auto ada = store.sign_in("a", "ada");
    for (const char* text : {"one", "two", "three"}) store.add_message(room.id, ada, "ada", text, std::nullopt);
    const auto page = store.list_messages(1, 2);
    REQUIRE(page.size() == 2);
    CHECK(page[0].text == "two");
    CHECK(page[1].text == "one");
    CHECK(page[0].room.name == "General");
    CHECK(store.list_rooms(0, 9).at(0).messages == 3);
    CHECK(store.list_users(0, 9).at(0).messages == 3);
    CHECK(store.list_users(1, 9).empty());
}

}  // namespace chat
