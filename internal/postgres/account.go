package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that Postgres runs as. The zero account is the one of this process.
type account struct {
	other    bool // not the account of this process; only root can do that
	uid, gid int
	name     string
}

// usualAccounts are the unprivileged users to run as in place of root, the best first.
var usualAccounts = []string{"postgres", "_postgres", "nobody"}

// chooseAccount returns who Postgres is to run as: this user, or an unprivileged one when this is root, because Postgres
// refuses root. Data that is already there decides, if it is somebody's: only its owner may use it.
func chooseAccount(dataFolder string) (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	if uid, gid, err := ownerOf(dataFolder); err == nil && uid != 0 {
		return account{other: true, uid: uid, gid: gid, name: nameOf(uid)}, nil
	}
	for _, name := range usualAccounts {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if errors.Join(uidErr, gidErr) == nil && uid != 0 {
			return account{other: true, uid: uid, gid: gid, name: name}, nil
		}
	}
	return account{}, errors.New("Postgres refuses to run as root, and there is no user postgres or nobody: run as an ordinary user")
}

// attributes are those of a child that runs as this account, in a session of its own: a Ctrl-C at the terminal, or a
// signal to our process group, must not reach Postgres before the server has finished with it.
func (a account) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setsid: true}
	if a.other {
		attributes.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attributes
}

// owner is the user whose files the account's are.
func (a account) owner() int {
	if a.other {
		return a.uid
	}
	return os.Geteuid()
}

// reaches tells whether the account may go into the folder. Only the kernel knows: modes, groups and access lists of
// every parent count.
func (a account) reaches(folder string) (bool, error) {
	if !a.other {
		return true, nil
	}
	cmd := exec.Command("/bin/sh", "-c", `cd "$1"`, "sh", folder)
	cmd.Dir = "/"
	cmd.SysProcAttr = a.attributes()
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("become user %s: %w: run as an ordinary user", a.name, err)
	}
	return true, nil
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// ownAll gives a whole folder to the account when root has it, as after it was restored from an archive.
func (a account) ownAll(folder string) error {
	if !a.other {
		return nil
	}
	if uid, _, err := ownerOf(folder); err != nil || uid == a.uid {
		return err
	}
	return filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return a.own(path)
	})
}

// makeFolder makes a folder that only the account (and root) can enter. One that is there is made so.
func (a account) makeFolder(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := a.own(path); err != nil {
		return err
	}
	return os.Chmod(path, 0o700)
}

func ownerOf(path string) (uid, gid int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("owner of %s: unknown", path)
	}
	return int(stat.Uid), int(stat.Gid), nil
}

func nameOf(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}
