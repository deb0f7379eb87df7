module.exports = { rootDir: '..', roots: ['<rootDir>/jest-default'] };
