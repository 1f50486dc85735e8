package postgres

import (
	"os/exec"
	"strconv"
)

// newestMajor is what the advice names; any from oldestMajor on will do.
const newestMajor = 18

// InstallAdvice says what to do on this machine where there is no Postgres.
func InstallAdvice() string {
	return "run `make postgres`, which fetches one, or install one (" + installLine(0) + "), or set DATABASE_URL to a Postgres that runs already"
}

// installLine is the command of this machine's package manager. Major 0: whichever version it has.
func installLine(major int) string {
	number, brew := "", strconv.Itoa(newestMajor)
	if major != 0 {
		number = strconv.Itoa(major)
		brew = number
	}
	dashed := "postgresql"
	if number != "" {
		dashed += "-" + number
	}
	for _, manager := range []struct{ program, line string }{
		{"apt-get", "sudo apt-get install " + dashed},
		{"dnf", "sudo dnf install postgresql" + number + "-server"},
		{"yum", "sudo yum install postgresql" + number + "-server"},
		{"zypper", "sudo zypper install postgresql" + number + "-server"},
		{"apk", "sudo apk add postgresql" + number},
		{"pacman", "sudo pacman -S postgresql"},
		{"brew", "brew install postgresql@" + brew},
	} {
		if _, err := exec.LookPath(manager.program); err == nil {
			return manager.line
		}
	}
	return "see https://www.postgresql.org/download/"
}
