package script

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/connspec/connspec/spec"
)

// The paths of a script, those of AF_UNIX addresses and those of commands, are
// of a file system of its own, which is empty when the script begins. The script
// runs in it as its owner, and as a user whom permissions bind.

// FileVerb says what a command does to the file system. Each is one system call,
// and one that fails changes nothing.
type FileVerb uint8

const (
	FileMkdir   FileVerb = iota + 1 // `mkdir PATH`
	FileRmdir                       // `rmdir PATH`
	FileTouch                       // `touch PATH`: a regular file, if nothing is there
	FileMkfifo                      // `mkfifo PATH`
	FileChmod                       // `chmod MODE PATH`; what it gives to the owner counts
	FileSymlink                     // `ln -s TARGET PATH`
	FileLink                        // `ln PATH TO`
	FileRemove                      // `rm PATH`
	FileRename                      // `mv PATH TO`
)

var fileVerbs = map[FileVerb]string{
	FileMkdir: "mkdir", FileRmdir: "rmdir", FileTouch: "touch", FileMkfifo: "mkfifo", FileChmod: "chmod", FileSymlink: "ln -s",
	FileLink: "ln", FileRemove: "rm", FileRename: "mv",
}

// FileChange is one change of the file system.
type FileChange struct {
	Verb   FileVerb
	Mode   uint32 // FileChmod
	Path   string
	To     string // FileLink, FileRename: the new name
	Target string // FileSymlink: what the link says
}

// pathMax is PATH_MAX of Linux, which counts the NUL at the end.
const pathMax = 4096

// command is the shell command of the change.
func (f *FileChange) command() string {
	words := []string{fileVerbs[f.Verb]}
	switch f.Verb {
	case FileChmod:
		words = append(words, fmt.Sprintf("%03o", f.Mode))
	case FileSymlink:
		words = append(words, shellWord(f.Target))
	}
	words = append(words, shellWord(f.Path))
	if f.Verb == FileLink || f.Verb == FileRename {
		words = append(words, shellWord(f.To))
	}
	return strings.Join(words, " ")
}

// FileEnv is the change as an event has it.
func FileEnv(f FileChange) Env { return Env{Kind: EnvFile, File: f, Text: f.command()} }

// A long name is written as what prints it.
const (
	zeroesBegin = "$(printf %0"
	zeroesEnd   = "d 0)"
	zeroesFrom  = 64
)

func shellWord(word string) string {
	if len(word) >= zeroesFrom && strings.Trim(word, "0") == "" {
		return zeroesBegin + strconv.Itoa(len(word)) + zeroesEnd
	}
	return word
}

// parseFile understands a command of the file system.
func parseFile(words []string) (f FileChange, ok bool) {
	words, ok = zeroes(words)
	if !ok {
		return f, false
	}
	name, args := words[0], words[1:]
	if name == "ln" && len(args) > 0 && args[0] == "-s" {
		name, args = "ln -s", args[1:]
	}
	for v, n := range fileVerbs {
		if n == name {
			f.Verb = v
		}
	}
	for _, a := range args {
		if len(a) >= pathMax || strings.ContainsAny(a, "*?[]$'\"\\;&|<>(){}~#!") || strings.HasPrefix(a, "-") {
			return f, false // no plain path
		}
	}
	switch f.Verb {
	case FileChmod:
		if len(args) != 2 {
			return f, false
		}
		mode, err := strconv.ParseUint(args[0], 8, 32)
		f.Mode, f.Path = uint32(mode), args[1]
		return f, err == nil && mode <= 0o777
	case FileSymlink:
		if len(args) != 2 {
			return f, false
		}
		f.Target, f.Path = args[0], args[1]
		return f, true
	case FileLink, FileRename:
		if len(args) != 2 {
			return f, false
		}
		f.Path, f.To = args[0], args[1]
		return f, true
	}
	if len(args) != 1 {
		return f, false
	}
	f.Path = args[0]
	return f, true
}

// zeroes puts each "$(printf %0Nd 0)" for what it prints.
func zeroes(words []string) ([]string, bool) {
	var out []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w == "$(printf" && i+2 < len(words) && words[i+2] == "0)" {
			digits, ok := strings.CutSuffix(strings.TrimPrefix(words[i+1], "%0"), "d")
			n, err := strconv.Atoi(digits)
			if !ok || err != nil || n < 1 || n >= pathMax {
				return nil, false
			}
			w = strings.Repeat("0", n)
			i += 2
		}
		out = append(out, w)
	}
	return out, true
}

// UnixLen is the length that a program passes with a path (with the NUL behind
// it) or an abstract name.
func UnixLen(path string) int32 {
	n := int32(spec.OffsetofSunPath + len(path))
	if path != "" && path[0] != 0 {
		n++
	}
	return n
}

// ChosenName is the canonical form of the i-th abstract name that the system
// chose for a socket, from 1: one of the form that Linux gives them.
func ChosenName(i int) string { return fmt.Sprintf("\x00%05d", i) }
