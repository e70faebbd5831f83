// A worker queue on PostgreSQL that feeds a namespace. Clients submit jobs, which wait in a table; workers, of any number of
// such processes, are woken by NOTIFY and take one each. The result is notified as well, so that every process tells those
// of its clients that are in the job's room.
//
//     worker_queue postgresql://user@localhost/database [port]

#include <sio/sio.hpp>

#include <sio/connection_pool.hpp>
#include <sio/gevent.hpp>
#include <sio/postgres.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

using sio::postgres::Connection;
using ConnectionPool = sio::ConnectionPool<Connection>;

struct Job {
    std::int64_t id = 0;
    std::string room;
    std::string task;
    std::string result;
};

/// The table: a job is done when it has a result.
class JobTable {
public:
    explicit JobTable(ConnectionPool& pool) : pool_(pool) {
        pool_.with([](Connection& db) {
            db.execute(
                "CREATE TABLE IF NOT EXISTS jobs"
                " (id bigserial PRIMARY KEY, room text NOT NULL, task text NOT NULL, result text)");
        });
    }

    std::int64_t add(const std::string& room, const std::string& task) {
        return pool_.transaction([&](Connection& db) {
            db.execute("NOTIFY jobs");  // sent with the commit
            return db.query_prepared("INSERT INTO jobs (room, task) VALUES ($1, $2) RETURNING id", room, task)
                .value<std::int64_t>();
        });
    }

    /// Does the oldest job that nobody else is doing; false when there is none. Should this process die meanwhile, the lock
    /// goes with its connection, and another worker takes the job.
    template <class Work>
    bool do_one(Work work) {
        return pool_.transaction([&](Connection& db) {
            const auto rows = db.query_prepared(
                "SELECT id, task FROM jobs WHERE result IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED");
            if (rows.empty()) return false;
            const auto [id, task] = rows.front().as<std::int64_t, std::string>();
            db.query_prepared("UPDATE jobs SET result = $1 WHERE id = $2", work(task), id);
            db.query_prepared("SELECT pg_notify('done', $1)", std::to_string(id));
            return true;
        });
    }

    Job find(const std::string& id) {
        const auto rows = pool_.with([&](Connection& db) {
            return db.query_prepared("SELECT id, room, task, result FROM jobs WHERE id = $1::bigint", id);
        });
        const auto row = rows.front();
        return {row.get<std::int64_t>("id"), row.get<std::string>("room"), row.get<std::string>("task"),
                row.get<std::string>("result")};
    }

private:
    ConnectionPool& pool_;
};

class Jobs : public virtual sio::BaseNamespace, public sio::RoomsMixin {
public:
    explicit Jobs(JobTable& table) : table_(table) {}

    static void events(sio::EventTable<Jobs>& on) {
        on("watch", &Jobs::on_watch);
        on("submit", &Jobs::on_submit);
    }

private:
    bool on_watch(const std::string& room) {
        join(room);
        return true;
    }
    std::int64_t on_submit(const std::string& room, const std::string& task) { return table_.add(room, task); }

    JobTable& table_;
};

std::string reverse(std::string text) {
    sio::sleep(5ms);  // something that takes its time
    std::reverse(text.begin(), text.end());
    return text;
}

/// A worker: does what there is to do whenever it is woken, for ever.
void work(JobTable& table, sio::Event& woken, int& done) {
    for (;;) {
        woken.clear();  // before looking, so that no job slips in between
        try {
            while (table.do_one(reverse)) ++done;
            woken.wait();
        } catch (const sio::postgres::Error& error) {
            sio::log(sio::LogLevel::warning, "jobs", error.what());
            sio::sleep(100ms);  // and look again
        }
    }
}

/// Wakes workers when there is a job, and tells a job's room when it is done, for ever.
void listen(sio::postgres::Listener& listener, JobTable& table, sio::Event& woken, const sio::Namespaces& namespaces) {
    for (;;) {
        const auto heard = listener.next();
        if (heard->channel != "done") {
            woken.set();  // a job, or a gap in which there may have been some
            continue;
        }
        try {
            const Job job = table.find(heard->payload);
            namespaces.of("/jobs").to(job.room).emit("done", job.id, job.task, job.result);
        } catch (const sio::postgres::Error& error) {
            sio::log(sio::LogLevel::warning, "jobs", error.what());
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: worker_queue postgresql://user@localhost/database [port]\n";
        return 2;
    }
    const std::string url = argv[1];
    const auto port = static_cast<std::uint16_t>(argc > 2 ? std::stoi(argv[2]) : 0);

    ConnectionPool pool([&] { return Connection(url); }, {.size = 6});
    sio::run([&] {
        sio::Signals signals({SIGINT, SIGTERM});
        JobTable table(pool);
        sio::Namespaces namespaces;
        namespaces.add<Jobs>("/jobs", std::ref(table));
        sio::SocketIOServer server({"127.0.0.1", port},
                                   [&](sio::Environ& environ) { return sio::socketio_manage(environ, namespaces); });

        int done = 0;
        sio::Event woken;
        sio::postgres::Listener listener(url, {"jobs", "done"});
        sio::Group greenlets;
        for (int i = 0; i < 4; ++i) greenlets.spawn([&] { work(table, woken, done); });
        greenlets.spawn([&] { listen(listener, table, woken, namespaces); });

        server.start();
        std::cout << "listening on http://127.0.0.1:" << server.port() << std::endl;
        signals.wait();
        sio::offload([&] { server.stop(); });  // it blocks
        greenlets.kill();
        std::cout << done << " jobs done\n";
    });
}
