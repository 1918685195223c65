// CAP looks for this file, and reads the configuration in package.json
