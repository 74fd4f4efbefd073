// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump FOLDER: the machine code of all loaded BPF programs, FOLDER/NAME.ID.bin each.
 * bpftool writes it only where it was built with a disassembler.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

static int fail(const char *what)
{
	fprintf(stderr, "dump: %s: %s\n", what, strerror(errno));
	return 1;
}

static int save(const char *folder, const struct bpf_prog_info *info, const void *code)
{
	char path[512];
	FILE *file;
	int failed;

	snprintf(path, sizeof(path), "%s/%s.%u.bin", folder, info->name, info->id);
	file = fopen(path, "we");
	if (!file)
		return fail(path);
	failed = fwrite(code, 1, info->jited_prog_len, file) != info->jited_prog_len;
	failed |= fclose(file) != 0;
	return failed ? fail(path) : 0;
}

static int dump(const char *folder, __u32 id)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	const int fd = bpf_prog_get_fd_by_id(id);
	void *code;
	int err;

	if (fd < 0)
		return errno == ENOENT ? 0 : fail("program");
	if (bpf_obj_get_info_by_fd(fd, &info, &size) || !info.jited_prog_len) {
		close(fd);
		return fail("info");
	}
	code = malloc(info.jited_prog_len);
	if (!code) {
		close(fd);
		return fail("memory");
	}
	size = info.jited_prog_len;
	info = (struct bpf_prog_info){.jited_prog_insns = (__u64)(unsigned long)code,
				      .jited_prog_len = size};
	size = sizeof(info);
	err = bpf_obj_get_info_by_fd(fd, &info, &size) ? fail("code") : save(folder, &info, code);
	free(code);
	close(fd);
	return err;
}

int main(int argc, char **argv)
{
	__u32 id = 0;
	int err = 0;

	if (argc != 2) {
		fputs("usage: dump FOLDER\n", stderr);
		return 2;
	}
	while (!bpf_prog_get_next_id(id, &id))
		err |= dump(argv[1], id);
	return err;
}
