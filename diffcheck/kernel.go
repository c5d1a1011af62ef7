package main

import (
	"os"
	"strings"
)

// release is the running kernel's, as uname -r prints it.
func release() string { return procLine("/proc/sys/kernel/osrelease") }

// procLine reads a file of one line; "unknown" where there is none.
func procLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}
