#pragma once

#include <string>

#include <sio/app.hpp>
#include <sio/stats.hpp>

namespace sio {

class SocketIOServer;

/// The stats as text of OpenMetrics 1.0.0 (https://openmetrics.io), which Prometheus and its like read. Every sample has the
/// label `worker`. The metrics are listed in docs/guides/operations.md.
std::string open_metrics(const Stats& stats);

/// An app that answers GET with open_metrics(server.stats()). What ServerOptions::metrics_path serves, for those who want
/// it elsewhere, or behind a guard:
///
/// ```
/// pages.get("/metrics", sio::wrap(sio::metrics_app(server), {sio::basic_auth("metrics", check)}));
/// ```
///
/// Lifetime: the server outlives the app. Threads: any.
App metrics_app(const SocketIOServer& server);

}  // namespace sio
