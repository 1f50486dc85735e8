package postgres

import (
	"testing"
)

func TestServer_startTwice_keepsRows(t *testing.T) {
	dir := newFolder(t)
	s := mustStart(t, Config{Dir: dir})
	query(t, s.URL(), "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "lc_collate": "C", "TimeZone": "UTC",
	} {
		if got := query(t, s.URL(), "SELECT setting FROM pg_settings WHERE lower(name) = lower('"+setting+"') UNION ALL SELECT datcollate FROM pg_database WHERE datname = 'clumpql' AND '"+setting+"' = 'lc_collate' LIMIT 1"); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	mustStop(t, s)
	mustStop(t, s)
	if err := s.Err(); err != nil {
		t.Errorf("Err after Stop: %v", err)
	}
	s = mustStart(t, Config{Dir: dir})
	if got := query(t, s.URL(), "SELECT id FROM kept"); got != "7" {
		t.Errorf("after a restart: %q, want the row", got)
	}
}
