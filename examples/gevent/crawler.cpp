// A crawler that follows every link of a site, each page once, at most four pages at a time.

#include <sio/sio.hpp>

#include <sio/gevent.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <set>
#include <string>

using namespace std::chrono_literals;

namespace {

/// A site to crawl: page n links to 2n and 2n + 1, up to 20, and back to the first.
sio::Router site(int& busy, int& most_busy) {
    sio::Router app;
    app.get("/<int:page>", [&](sio::Environ& environ) {
        most_busy = std::max(most_busy, ++busy);
        sio::sleep(2ms);
        --busy;
        const int n = environ.param<int>("page").value_or(1);
        std::string html = "<a href=\"/1\">home</a>";
        for (const int next : {2 * n, 2 * n + 1}) {
            if (next <= 20) html += "<a href=\"/" + std::to_string(next) + "\">";
        }
        return sio::Response(200, html);
    });
    return app;
}

class Crawler {
public:
    explicit Crawler(std::string base) : base_(std::move(base)) {}

    ~Crawler() { pool_.kill(); }

    /// The paths of all pages that can be reached from `start`.
    std::set<std::string> crawl(const std::string& start) {
        visit(start);
        // Pages are fetched in the pool; only this greenlet starts more, so a full pool cannot wait for itself.
        while (fetching_ > 0) {
            const std::string html = fetched_.get();
            --fetching_;
            for (std::size_t at = 0; (at = html.find("href=\"", at)) != std::string::npos;) {
                at += 6;
                visit(html.substr(at, html.find('"', at) - at));
            }
        }
        return seen_;
    }

private:
    void visit(const std::string& path) {
        if (!seen_.insert(path).second) return;
        ++fetching_;
        pool_.spawn([this, path] {
            std::string html;
            try {
                html = http_.fetch(base_ + path).body;
            } catch (const std::exception& error) {
                std::cerr << path << ": " << error.what() << '\n';
            }
            fetched_.put(html);
        });
    }

    const std::string base_;
    sio::HttpClient http_;
    sio::Queue<std::string> fetched_;
    std::set<std::string> seen_;
    int fetching_ = 0;
    sio::Pool pool_{4};
};

}  // namespace

int main() {
    int busy = 0;
    int most_busy = 0;
    sio::SocketIOServer server({"127.0.0.1", 0}, site(busy, most_busy));
    server.start();
    sio::run([&] {
        Crawler crawler("http://127.0.0.1:" + std::to_string(server.port()));
        std::cout << crawler.crawl("/1").size() << " pages\n";
    });
    server.stop();
    std::cout << "at most " << most_busy << " at a time\n";
}
