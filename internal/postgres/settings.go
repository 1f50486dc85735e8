package postgres

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultPort = 5432
	loopback    = "127.0.0.1"

	// statementsLibrary counts statements, by which Postgres itself can be asked what a query cost.
	statementsLibrary = "pg_stat_statements"
	librarySetting    = "shared_preload_libraries"
)

// arguments are those of the postgres program. Settings are given there and not in postgresql.conf: they hold for a data
// folder of any age, and nothing that is in the folder can turn durability off.
func (s *Server) arguments(libraries string) []string {
	settings := map[string]string{
		"listen_addresses":        "",
		"port":                    strconv.Itoa(s.port()),
		"unix_socket_directories": `"` + s.socketFolder + `"`,
		"unix_socket_permissions": "0700",
		"hba_file":                s.place.accessFile(),
		"password_encryption":     "scram-sha-256",

		"fsync":              "on",
		"synchronous_commit": "on",
		"full_page_writes":   "on",

		"max_connections": "100",
		"shared_buffers":  "256MB",
		// A page that is read anywhere costs hardly more than the next one: it is in memory or on an SSD. With the usual 4, which is for
		// disks that turn, a small table is read whole for some of its rows.
		"random_page_cost": "1.1",
		librarySetting:     libraries,
		"timezone":         "UTC",

		"log_destination":   "stderr",
		"logging_collector": "off", // the log is a file of ours, which Postgres gets open
		"log_line_prefix":   "%m [%p] ",
		"log_timezone":      "UTC",
	}
	if s.config.Port != 0 {
		settings["listen_addresses"] = loopback
	}
	maps.Copy(settings, s.config.Settings)
	args := []string{"-D", s.place.data()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// port is that of the listener on loopback, and part of the socket's name.
func (s *Server) port() int {
	if s.config.Port != 0 {
		return s.config.Port
	}
	return defaultPort
}

// writeAccess writes who may connect: whoever can enter the folder of the socket, which is the account and root; and over
// loopback, when that was asked for, who knows the password.
func (s *Server) writeAccess() error {
	var rules strings.Builder
	fmt.Fprintln(&rules, "# Written at every start.")
	fmt.Fprintln(&rules, "local all all trust")
	if s.config.Port != 0 {
		fmt.Fprintf(&rules, "host all all %s/32 scram-sha-256\n", loopback)
	}
	return writeFile(s.place.accessFile(), rules.String(), 0o644)
}
