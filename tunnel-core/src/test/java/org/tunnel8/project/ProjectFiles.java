package org.tunnel8.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The files of the whole project, wherever in it the tests are started. */
public final class ProjectFiles {
    private static final Set<String> NOT_OURS = Set.of(".git", ".idea", ".vscode", ".settings", "target");

    private final Path root;

    ProjectFiles(Path root) {
        this.root = root;
    }

    /** The project that holds the working directory: the nearest folder above that has Maven's own folder. */
    public static ProjectFiles ofThisProject() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(".mvn"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("no folder with .mvn above the working directory");
            }
        }
        return new ProjectFiles(folder);
    }

    /** All files that people write, relative to the root, in a fixed order; no build output. */
    List<Path> all() {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return NOT_OURS.contains(folder.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    files.add(root.relativize(file));
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        files.sort(null);
        return files;
    }

    /** Those of {@link #all()} whose path, written with slashes, passes a test. */
    List<Path> matching(Predicate<String> wanted) {
        return all().stream().filter(file -> wanted.test(name(file))).toList();
    }

    public String text(Path file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + file, failure);
        }
    }

    public String text(String file) {
        return text(Path.of(file));
    }

    boolean exists(Path file) {
        return Files.exists(root.resolve(file));
    }

    boolean isExecutable(String file) {
        return Files.isExecutable(root.resolve(file));
    }

    /** A path as this project's checks name it: relative to the root, with slashes on every system. */
    static String name(Path file) {
        return file.toString().replace('\\', '/');
    }
}
